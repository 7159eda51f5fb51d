#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { doctorCommand } from './cli/doctor.ts'
import { fillCommand } from './cli/fill-command.ts'
import { gpuCommand } from './cli/gpu-command.ts'
import { modelsCommand } from './cli/models-command.ts'
import { pairCommand } from './cli/pair.ts'
import { serveCommand } from './cli/serve.ts'
import { StartError } from './errors.ts'
import { version } from './installation.ts'

const wrongUse = 2

// A command loads what it needs when it runs, so that `doctor` still speaks where a library cannot be loaded.
const infill = new Command('infill')
  .description('Erases objects and fills by prompt in Figma, on your own machine.')
  .version(version)
const commands = [serveCommand, fillCommand, modelsCommand, gpuCommand, doctorCommand, pairCommand]
for (const command of commands) infill.addCommand(command)
const actions = commands.flatMap((command) => command.commands)
for (const command of [infill, ...commands, ...actions]) command.exitOverride()

try {
  await infill.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version are asked for and end well; whatever else commander ends with is wrong use.
    process.exitCode = error.exitCode === 0 ? 0 : wrongUse
  } else if (error instanceof StartError) {
    console.error(error.message)
    process.exit(1)
  } else {
    throw error
  }
}
