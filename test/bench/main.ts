import { Command } from 'commander'
import { diffusionCommand } from './diffusion/command.ts'
import { engineCommand } from './engine/command.ts'
import { gpuCommand } from './gpu/command.ts'
import { modelsCommand } from './models/command.ts'
import { standInCommand } from './stand-in/command.ts'
import { windowCommand } from './window/command.ts'

/** `npm run bench -- NAME`. What a benchmark needs is loaded when it runs. */
await new Command('npm run bench --')
  .description('Infill’s benchmarks, side by side with others in the same run')
  .showHelpAfterError()
  .addCommand(engineCommand)
  .addCommand(modelsCommand)
  .addCommand(windowCommand)
  .addCommand(diffusionCommand)
  .addCommand(gpuCommand)
  .addCommand(standInCommand)
  .parseAsync()
