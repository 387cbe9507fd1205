import type { createLogger } from '../audit/pino-sink.ts';

export type Logger = ReturnType<typeof createLogger>;
