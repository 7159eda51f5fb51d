import type { SchedulerConfig } from './scheduler.ts'

/**
 * How so many steps are spread, where the model does not say. Of few steps, leading spacing makes the first where a picture
 * should be half known, and linspace the last where hardly any noise is left; trailing makes neither mistake: Lin et al.,
 * "Common Diffusion Noise Schedules and Sample Steps are Flawed" (2024), section 3.3. Karras' levels and LCM's timesteps
 * are their own.
 */
export function spacedFor(steps: number, config: SchedulerConfig): SchedulerConfig {
  if (config.timestepSpacing !== null || steps >= fewest) return config
  return { ...config, timestepSpacing: 'trailing' }
}

const fewest = 10
