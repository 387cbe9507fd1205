/**
 * One line of a CSV file as spreadsheets read it (RFC 4180). What a spreadsheet would take for a formula gets a quote in
 * front: names come from outside (CWE-1236).
 */
function csvLine(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(text: string): string {
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
  const safe = /^\s*[=+\-@＝＋－＠]/u.test(plain) ? `'${plain}` : plain;
  return /[",;]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const marked = '\uFEFF';

/** A file that is made while it is sent: of fifty thousand lines no more than a page is in memory. */
export function csvFile(head: readonly string[], pages: AsyncIterable<readonly (readonly string[])[]>): ReadableStream {
  return textFile(csvText(head, pages));
}

async function* csvText(
  head: readonly string[],
  pages: AsyncIterable<readonly (readonly string[])[]>,
): AsyncGenerator<string> {
  yield `${marked}${csvLine(head)}`;
  for await (const page of pages) yield page.map(csvLine).join('');
}

/** Text as it is made; whoever stops reading stops it. */
export function textFile(pieces: AsyncIterable<string>): ReadableStream {
  const iterator = pieces[Symbol.asyncIterator]();
  const text = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(text.encode(next.value));
    },
    async cancel() {
      await iterator.return?.(undefined);
    },
  });
}
