/** As their papers and every other program write them, in each language. */
export const schedulerNames = {
  ddim: 'DDIM',
  ddpm: 'DDPM',
  pndm: 'PNDM',
  euler: 'Euler',
  'euler-a': 'Euler a',
  'dpmpp-2m': 'DPM++ 2M',
  'dpmpp-2m-karras': 'DPM++ 2M Karras',
  unipc: 'UniPC',
  lcm: 'LCM',
}
