/** A form with files, as a browser sends it: body and headers of a post. */
export function multipart(
  fields: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): [string, Record<string, string>] {
  const border = 'sluis-test-border';
  const parts = [
    ...Object.entries(fields).map(([name, value]) => `form-data; name="${name}"\r\n\r\n${value}`),
    ...Object.entries(files).map(
      ([name, text]) => `form-data; name="${name}"; filename="list.csv"\r\nContent-Type: text/csv\r\n\r\n${text}`,
    ),
  ].map(part => `--${border}\r\nContent-Disposition: ${part}\r\n`);
  return [`${parts.join('')}--${border}--\r\n`, { 'Content-Type': `multipart/form-data; boundary=${border}` }];
}
