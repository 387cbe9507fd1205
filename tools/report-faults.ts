/** Says what a check found and sets the exit code: 1 where there is anything. */
export function reportFaults(check: string, faults: readonly string[]): void {
  for (const fault of faults) console.error(`${check}: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`${check}: in order`);
}
