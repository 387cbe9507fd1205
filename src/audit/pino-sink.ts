import { type DestinationStream, type Logger, pino } from 'pino';
import type { AuditEntry } from './chain.ts';
import { printable, redact, redactText } from './redact.ts';

/** A logger whose every line is one JSON object, redacted. Without `destination` it writes to standard output. */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: label => ({ level: label }),
        log: object => redact(object) as Record<string, unknown>,
      },
      hooks: { streamWrite: finish },
    },
    options.destination ?? pino.destination(1),
  );
}

/**
 * Messages and the bindings of child loggers pass no formatter, so each line is looked at once more, whole. What is
 * no JSON is written as text with its controls spelled out.
 */
function finish(line: string): string {
  return `${printable(redactLine(line.trimEnd()))}\n`;
}

function redactLine(line: string): string {
  try {
    return JSON.stringify(redact(JSON.parse(line)));
  } catch {
    return redactText(line);
  }
}

/** Where the audit trail leaves each entry: one line, `msg` being the type of the event. */
export function pinoSink(logger: Logger): (entry: AuditEntry) => void {
  return entry => logger.info({ audit: entry }, entry.event.type);
}
