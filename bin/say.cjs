'use strict';

/** Ends the program with one clear message: what is wrong, why, what to do. Never a stack trace. */
class Stop extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}

/** Runs the program; a Stop becomes its message and exit code, anything unforeseen one line. */
async function run(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`sluis: ${error instanceof Stop ? error.message : `unexpected: ${error?.message}`}\n`);
    process.exitCode = error instanceof Stop ? error.code : 70;
  }
}

module.exports = { Stop, run };
