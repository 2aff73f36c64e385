import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SEVERITY_LEVELS } from '../../../scan/advisory/advisory.ts';

const css = readFileSync(join(import.meta.dirname, 'style/tokens.css'), 'utf8');
const [lightPart = '', darkPart = ''] = css.split('[data-theme="dark"]');
const light = tokens(lightPart);
const themes = { light, dark: new Map([...light, ...tokens(darkPart)]) };

type Rgb = readonly [number, number, number];

function tokens(part: string): Map<string, Rgb> {
  return new Map(
    [...part.matchAll(/--([a-z0-9-]+): #([0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [
      name,
      [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb,
    ]),
  );
}

function linear([r, g, b]: Rgb): Rgb {
  const one = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return [one(r), one(g), one(b)];
}

/** Relative luminance and contrast ratio as WCAG 2.2 defines them. */
function contrast(a: Rgb, b: Rgb): number {
  const luminance = (color: Rgb): number => {
    const [r, g, b] = linear(color);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const GROUNDS = ['ground', 'surface', 'sunken'];
const PAIRS: readonly (readonly [string, readonly string[]])[] = [
  ['ink', [...GROUNDS, 'accent-soft', 'warn-soft']],
  ['ink-2', [...GROUNDS, 'accent-soft']],
  ['ink-3', [...GROUNDS, 'accent-soft']],
  ['accent', [...GROUNDS, 'accent-soft']],
  ['warn', [...GROUNDS, 'warn-soft', 'accent-soft']],
  ['ground', ['ink']],
  ...SEVERITY_LEVELS.map((level) => [`on-${level}`, [level]] as const),
];

for (const [theme, colors] of Object.entries(themes)) {
  const color = (name: string): Rgb => {
    const found = colors.get(name);
    assert.ok(found, `token ${name}`);
    return found;
  };

  test(`text has a contrast of 4.5 or more in the ${theme} theme`, () => {
    for (const [text, grounds] of PAIRS) {
      for (const ground of grounds) {
        const ratio = contrast(color(text), color(ground));
        assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });

  test(`severity colours stay apart for colour-blind readers in the ${theme} theme`, () => {
    const filled = SEVERITY_LEVELS.filter((level) => level !== 'unknown');
    for (const [vision, matrix] of Object.entries(VISIONS)) {
      for (const [index, level] of filled.entries()) {
        for (const other of filled.slice(index + 1)) {
          const apart = distance(simulated(color(level), matrix), simulated(color(other), matrix));
          assert.ok(apart >= 15, `${level} and ${other} under ${vision}: ${apart.toFixed(1)}`);
        }
      }
    }
  });
}

/** Full deficiencies after Machado, Oliveira and Fernandes (2009), applied to linear RGB. */
const VISIONS: Readonly<Record<string, readonly Rgb[]>> = {
  'normal vision': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function simulated(color: Rgb, matrix: readonly Rgb[]): Rgb {
  const [r, g, b] = linear(color);
  return matrix.map(([x, y, z]) => Math.min(1, Math.max(0, x * r + y * g + z * b))) as unknown as Rgb;
}

/** CIE 1976 colour difference of two linear RGB colours. */
function distance(a: Rgb, b: Rgb): number {
  const [left, right] = [lab(a), lab(b)];
  return Math.hypot(left[0] - right[0], left[1] - right[1], left[2] - right[2]);
}

function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
