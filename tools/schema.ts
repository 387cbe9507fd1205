import { writeFileSync } from 'node:fs';
import { schemaFile, schemaText } from './check-schema.ts';

writeFileSync(schemaFile, schemaText());
