import type { Row } from './figures.ts';

/** Charts as plain SVG: bars and lines need no library. Colours that differ in lightness too; every value is also written. */
export function barChart(title: string, unit: string, rows: readonly Row[], nameOf: (row: Row) => string): string {
  const most = Math.max(...rows.map(row => row.cpu.most), 1);
  const scale = (value: number) => ((value / most) * 420).toFixed(1);
  const bars = rows.map(({ cpu, name }, i) => {
    const y = 48 + i * 34;
    const fill = name.startsWith('sluis') ? '#1f4e8c' : '#9aa5b1';
    const [least, ends] = [220 + Number(scale(cpu.least)), 220 + Number(scale(cpu.most))];
    return `<text x="210" y="${y + 15}" text-anchor="end">${xmlText(nameOf(rows[i] as Row))}</text>
<rect x="220" y="${y}" width="${scale(cpu.median)}" height="22" fill="${fill}"/>
<line x1="${least}" x2="${ends}" y1="${y + 11}" y2="${y + 11}" stroke="#111" stroke-width="1.5"/>
<text x="${ends + 8}" y="${y + 15}">${cpu.median.toFixed(1)}</text>`;
  });
  return svg(760, 62 + rows.length * 34, `${title} (${unit}; median, least to most)`, bars.join('\n'));
}

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly least: number;
  readonly most: number;
}

/** `x` on a logarithmic scale, each value with its own mark; `y` beside the baseline, which is 1. */
export function ratioChart(title: string, what: string, points: readonly Point[]): string {
  const top = Math.max(1.5, ...points.map(point => point.most)) * 1.05;
  const at = (y: number) => (250 - (y / top) * 200).toFixed(1);
  const place = (i: number) => 90 + (i * 600) / Math.max(1, points.length - 1);
  const marks = points.map(({ x, y, least, most }, i) => {
    const left = place(i);
    return `<line x1="${left}" x2="${left}" y1="${at(least)}" y2="${at(most)}" stroke="#111"/>
<circle cx="${left}" cy="${at(y)}" r="4" fill="#1f4e8c"/>
<text x="${left + 8}" y="${Number(at(y)) - 8}">${y.toFixed(2)}</text>
<text x="${left}" y="272" text-anchor="middle">${x.toLocaleString('en')}</text>`;
  });
  const line = points.map(({ y }, i) => `${place(i)},${at(y)}`).join(' ');
  const frame = `<line x1="60" x2="720" y1="250" y2="250" stroke="#111"/>
<line x1="60" x2="720" y1="${at(1)}" y2="${at(1)}" stroke="#9aa5b1" stroke-dasharray="4 4"/>
<text x="52" y="${Number(at(1)) + 4}" text-anchor="end">1.00</text>
<polyline points="${line}" fill="none" stroke="#1f4e8c" stroke-width="2"/>
<text x="390" y="296" text-anchor="middle">${xmlText(what)}</text>`;
  return svg(760, 310, title, `${frame}\n${marks.join('\n')}`);
}

function svg(width: number, height: number, title: string, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="13">
<title>${xmlText(title)}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="20" y="28" font-size="15" font-weight="bold">${xmlText(title)}</text>
${content}
</svg>
`;
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
