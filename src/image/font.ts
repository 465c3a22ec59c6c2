/**
 * A small stroke font of our own, so that sheets have the same text everywhere: a machine without a screen often has no
 * fonts at all, and there sharp's SVG renderer draws nothing where text should be.
 *
 * Glyphs are centre lines on a grid whose capitals stand from y = 0 (top) to 14 (baseline); the x-height is at y = 4 and
 * descenders reach 18. Ink runs from x = 0 to `width`. How much room a glyph wants on a side depends on its shape there:
 * `s` straight, `r` round, `d` diagonal or open.
 */
export interface Glyph {
  /** Extent of the centre lines, in grid units. */
  readonly width: number;
  /** Shape of the left and of the right side. */
  readonly sides: string;
  /** SVG path data in grid units, to be stroked with round caps and joins. */
  readonly path: string;
}

/** Where the letters stand on the grid. */
export const GRID = { baseline: 14, xHeight: 10, capHeight: 14, space: 5.2 } as const;

/** Room beside the *ink* of a glyph by the shape of its side, in grid units: half a stroke less than beside its lines. */
export const BEARING: Readonly<Record<string, number>> = { s: 1.4, r: 0.95, d: 0.4 };

/** The bowl of b, d, g, p and q. */
const BOWL = 'M0 9A4.1 5 0 1 1 8.2 9A4.1 5 0 1 1 0 9Z';

/** One line a glyph: the character, its width, its sides and its path. Figures are all equally wide, so that columns of numbers line up. */
const GLYPHS = `
! 0 ss M0 0V9.6M0 13.6V14
" 3.2 ss M0 0V3.8M3.2 0V3.8
# 9.4 dd M3.2 .8L1.6 13.4M8 .8L6.4 13.4M.6 4.8H9.4M0 9.4H8.8
$ 8.4 dd M7.9 2.6C7 1.3 5.8 .6 4.2 .6C2 .6 .5 1.9 .5 3.7C.5 5.6 2 6.3 4.3 6.9C6.8 7.5 8.4 8.3 8.4 10.2C8.4 12.2 6.7 13.4 4.3 13.4C2.4 13.4 .9 12.7 0 11.2M4.2 -1.2V15.2
% 12.6 rr M2.9 0A2.9 3.3 0 1 1 2.9 6.6A2.9 3.3 0 1 1 2.9 0ZM9.7 7.4A2.9 3.3 0 1 1 9.7 14A2.9 3.3 0 1 1 9.7 7.4ZM10.6 0L2 14
& 10.4 rd M10.4 14L2.7 5.1C1.9 4.2 1.5 3.5 1.5 2.7C1.5 1.1 2.7 0 4.4 0C6.1 0 7.2 1 7.2 2.6C7.2 4.2 6 5.2 3.9 6.3C1.4 7.6 0 8.7 0 10.5C0 12.6 1.7 14 4.1 14C7 14 9.1 11.8 9.5 7.8
' 0 ss M0 0V3.8
( 3.4 rd M3.4 -1.6C1.2 .8 0 3.8 0 7.2S1.2 13.6 3.4 16
) 3.4 dr M0 -1.6C2.2 .8 3.4 3.8 3.4 7.2S2.2 13.6 0 16
* 5.6 dd M2.8 0V6.4M0 1.6L5.6 4.8M5.6 1.6L0 4.8
+ 8 dd M4 4.6V12.6M0 8.6H8
, .9 dd M.9 13.6V14.1L0 16.6
- 4.6 dd M0 8.8H4.6
. 0 ss M0 13.6V14
/ 6 dd M6 -1L0 15.4
0 8.4 rr M4.2 0C6.9 0 8.4 2.6 8.4 7S6.9 14 4.2 14S0 11.4 0 7S1.5 0 4.2 0Z
1 8.4 rr M1.4 2.7L5 0V14
2 8.4 rr M.4 3.8C.5 1.5 2 0 4.2 0C6.4 0 7.9 1.4 7.9 3.5C7.9 5 7.1 6.3 5.7 7.8L.2 14H8.3
3 8.4 rr M.7 2.2C1.5 .8 2.7 0 4.3 0C6.4 0 7.8 1.3 7.8 3.3C7.8 5.3 6.4 6.6 4.3 6.6H3.2M4.3 6.6C6.8 6.6 8.3 8.1 8.3 10.3C8.3 12.5 6.7 14 4.3 14C2.4 14 1 13.2 .2 11.7
4 8.4 rr M6.1 14V0L0 9.9H8.5
5 8.4 rr M7.6 0H1.6L.9 6.7C1.8 5.8 2.9 5.3 4.2 5.3C6.7 5.3 8.4 7 8.4 9.6C8.4 12.2 6.6 14 4.1 14C2.3 14 .9 13.2 .1 11.8
6 8.4 rr M7.4 1.6C6.7 .5 5.7 0 4.6 0C1.7 0 0 3 0 8.6V9.6A4.2 4.4 0 1 0 8.4 9.6A4.2 4.4 0 1 0 0 9.6
7 8.4 rr M0 0H8.4L3.2 14
8 8.4 rr M4.2 0A3.6 3.3 0 1 1 4.2 6.6A3.6 3.3 0 1 1 4.2 0ZM4.2 6.6A4.2 3.7 0 1 1 4.2 14A4.2 3.7 0 1 1 4.2 6.6Z
9 8.4 rr M1 12.4C1.7 13.5 2.7 14 3.8 14C6.7 14 8.4 11 8.4 5.4V4.4A4.2 4.4 0 1 0 0 4.4A4.2 4.4 0 1 0 8.4 4.4
: 0 ss M0 5.4V5.8M0 13.6V14
; .9 dd M.9 5.4V5.8M.9 13.6V14.1L0 16.6
< 7.4 dd M7.4 4.6L0 8.6L7.4 12.6
= 8 dd M0 6.6H8M0 10.6H8
> 7.4 dd M0 4.6L7.4 8.6L0 12.6
? 7.2 dd M0 2.7C.7 1 2 0 3.7 0C5.8 0 7.2 1.3 7.2 3.2C7.2 4.8 6.3 5.6 5.1 6.6C4 7.5 3.6 8.2 3.6 9.6M3.6 13.6V14
@ 14 rr M10 5.2V9.6C10 11 10.8 11.8 11.9 11.8C13.3 11.8 14 10.4 14 8A7 7 0 1 0 10.8 13.9M10 8A3 3.1 0 1 1 4 8A3 3.1 0 1 1 10 8Z
A 11 dd M0 14L5.5 0L11 14M2 9.2H9
B 8.6 sr M0 6.6H4.9A3.7 3.7 0 0 1 4.9 14H0V0H4.4A3.3 3.3 0 0 1 4.4 6.6
C 10.4 rd M10.4 2A6.2 7 0 1 0 10.4 12
D 9.8 sr M0 0V14H3.6A6.2 7 0 0 0 3.6 0Z
E 7.4 sd M7.4 0H0V14H7.4M0 6.8H6.6
F 7.2 sd M7.2 0H0V14M0 7H6.4
G 10.8 rs M10.3 2.1C9.3 .7 7.9 0 6.2 0A6.2 7 0 0 0 6.2 14C8 14 9.6 13.2 10.8 11.8V7.6H7
H 9.4 ss M0 0V14M9.4 0V14M0 6.8H9.4
I 0 ss M0 0V14
J 5.8 ds M5.8 0V10C5.8 12.5 4.4 14 2.2 14C1.3 14 .6 13.8 0 13.4
K 8.8 sd M0 0V14M8.4 0L0 8.6M3 5.6L8.8 14
L 7 sd M0 0V14H7
M 11.6 ss M0 14V0L5.8 9.6L11.6 0V14
N 9.6 ss M0 14V0L9.6 14V0
O 12.4 rr M6.2 0A6.2 7 0 1 1 6.2 14A6.2 7 0 1 1 6.2 0Z
P 8.4 sr M0 14V0H4.6A3.8 3.8 0 0 1 4.6 7.6H0
Q 12.4 rr M6.2 0A6.2 7 0 1 1 6.2 14A6.2 7 0 1 1 6.2 0ZM7.8 10.4L11.8 14.8
R 8.8 sd M0 14V0H4.6A3.8 3.8 0 0 1 4.6 7.6H0M4.6 7.6L8.8 14
S 8.4 dr M7.9 2.2C7 .8 5.8 0 4.2 0C2 0 .5 1.5 .5 3.4C.5 5.4 2 6.2 4.3 6.8C6.8 7.4 8.4 8.3 8.4 10.4C8.4 12.6 6.7 14 4.3 14C2.4 14 .9 13.2 0 11.6
T 9.4 dd M0 0H9.4M4.7 0V14
U 9.4 ss M0 0V9.2A4.7 4.8 0 0 0 9.4 9.2V0
V 10.6 dd M0 0L5.3 14L10.6 0
W 15.2 dd M0 0L3.9 14L7.6 0L11.3 14L15.2 0
X 9.6 dd M0 0L9.6 14M9.6 0L0 14
Y 9.8 dd M0 0L4.9 7.4L9.8 0M4.9 7.4V14
Z 8.8 dd M.2 0H8.8L0 14H8.8
[ 3 sd M3 -1.6H0V16H3
\\ 6 dd M0 -1L6 15.4
] 3 ds M0 -1.6H3V16H0
^ 7 dd M0 6L3.5 0L7 6
_ 8 dd M0 16H8
\` 2.4 dd M0 -.4L2.4 2.2
a 7.2 rs M.5 6.1C1.2 4.8 2.3 4 3.8 4C6 4 7.2 5.3 7.2 7.4V14M7.2 8.5H3.7C1.4 8.5 0 9.5 0 11.3C0 13 1.3 14 3.1 14C5.4 14 7.2 12.6 7.2 10.3
b 8.2 sr M0 0V14${BOWL}
c 7.4 rd M7.4 5.6A4.3 5 0 1 0 7.4 12.4
d 8.2 rs M8.2 0V14${BOWL}
e 8.4 rr M.1 9H8.4C8.4 5.9 6.7 4 4.2 4A4.2 5 0 0 0 4.2 14C5.8 14 7.1 13.3 8 12
f 5.4 dd M5.4 .2C5 .1 4.6 0 4.2 0C2.5 0 1.7 .9 1.7 2.7V14M0 4H5
g 8.2 rs M8.2 4V13.6C8.2 16.4 6.7 18 4.2 18C2.6 18 1.4 17.5 .6 16.6${BOWL}
h 7.6 ss M0 0V14M0 8.2C0 5.6 1.6 4 3.9 4C6.3 4 7.6 5.4 7.6 8V14
i 0 ss M0 4V14M0 0V.3
j 2 ds M2 4V15.4C2 17.2 1.2 18 -.2 18M2 0V.3
k 7.2 sd M0 0V14M6.8 4L0 10.4M2.6 8L7.2 14
l 1.8 sd M0 0V11.8C0 13.3 .6 14 1.8 14
m 12.4 ss M0 4V14M0 8C0 5.5 1.4 4 3.3 4C5.2 4 6.2 5.3 6.2 7.6V14M6.2 8C6.2 5.5 7.6 4 9.5 4C11.4 4 12.4 5.3 12.4 7.6V14
n 7.6 ss M0 4V14M0 8.2C0 5.6 1.6 4 3.9 4C6.3 4 7.6 5.4 7.6 8V14
o 8.6 rr M4.3 4A4.3 5 0 1 1 4.3 14A4.3 5 0 1 1 4.3 4Z
p 8.2 sr M0 4V18${BOWL}
q 8.2 rs M8.2 4V18${BOWL}
r 4.6 sd M0 4V14M0 8.6C0 5.7 1.5 4 3.8 4C4.1 4 4.4 4 4.6 4.1
s 6.9 dr M6.4 5.7C5.7 4.6 4.7 4 3.4 4C1.6 4 .4 5 .4 6.4C.4 7.9 1.6 8.4 3.5 8.8C5.6 9.3 6.9 9.9 6.9 11.4C6.9 13 5.5 14 3.5 14C1.9 14 .7 13.3 0 12.1
t 5.2 dd M1.7 1V11.3C1.7 13.1 2.5 14 4.1 14C4.5 14 4.9 13.9 5.2 13.8M0 4H4.9
u 7.6 ss M0 4V10C0 12.6 1.3 14 3.6 14C6 14 7.6 12.3 7.6 9.8M7.6 4V14
v 8.2 dd M0 4L4.1 14L8.2 4
w 12.4 dd M0 4L3.2 14L6.2 4L9.2 14L12.4 4
x 7.6 dd M0 4L7.6 14M7.6 4L0 14
y 8.2 dd M0 4L4.2 13.8M8.2 4L3.7 15.2C2.9 17.2 2.1 18 .5 18
z 6.8 dd M.1 4H6.8L0 14H6.8
{ 4 dd M4 -1.6C2.2 -1.6 1.6 -.8 1.6 .8V4.8C1.6 6.2 1.2 6.8 0 7.2C1.2 7.6 1.6 8.2 1.6 9.6V13.6C1.6 15.2 2.2 16 4 16
| 0 ss M0 -1.6V16
} 4 dd M0 -1.6C1.8 -1.6 2.4 -.8 2.4 .8V4.8C2.4 6.2 2.8 6.8 4 7.2C2.8 7.6 2.4 8.2 2.4 9.6V13.6C2.4 15.2 1.8 16 0 16
~ 8 dd M0 9.8C.6 8 1.5 7.2 2.6 7.2C4.2 7.2 4.8 9.6 6.2 9.6C7.2 9.6 7.8 8.8 8 7.2
© 14 rr M7 0A7 7 0 1 1 7 14A7 7 0 1 1 7 0ZM9.6 4.8A3.4 3.2 0 1 0 9.6 9.2
° 4 rr M2 0A2 2 0 1 1 2 4A2 2 0 1 1 2 0Z
· 0 ss M0 8.4V8.8
× 6.4 dd M0 5.4L6.4 11.8M6.4 5.4L0 11.8
– 7 dd M0 8.8H7
… 8 ss M0 13.6V14M4 13.6V14M8 13.6V14
→ 10.4 dd M0 8.8H10.4M6.8 5.2L10.4 8.8L6.8 12.4
≤ 7.4 dd M7.4 2.6L0 6.6L7.4 10.6M0 13.4H7.4
`;

/** Printable ASCII and the few signs that captions want: © ° · × – … → ≤. The space has no glyph. */
export const glyphs: ReadonlyMap<string, Glyph> = new Map(
  GLYPHS.trim()
    .split('\n')
    .map((line) => {
      const [character, width, sides, ...path] = line.split(' ');
      return [character, { width: Number(width), sides, path: path.join(' ') }];
    }),
);
