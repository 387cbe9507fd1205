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
  const lines = pages[Symbol.asyncIterator]();
  let begun = false;
  return new ReadableStream({
    async pull(controller) {
      const text = new TextEncoder();
      if (!begun) {
        begun = true;
        controller.enqueue(text.encode(`${marked}${csvLine(head)}`));
        return;
      }
      const next = await lines.next();
      if (next.done === true) controller.close();
      else controller.enqueue(text.encode(next.value.map(csvLine).join('')));
    },
    async cancel() {
      await lines.return?.(undefined);
    },
  });
}
