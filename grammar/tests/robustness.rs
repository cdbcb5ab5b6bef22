//! Whatever the input, the parser returns: no panic, no overflow of the stack, no hang.

use mini_grammar::{parse_expression, parse_interactive, parse_module};

const PIECES: &[&str] = &[
    "if", "else", "elif", "while", "for", "in", "def", "class", "lambda", "try", "except", "finally", "with", "as",
    "match", "case", "type", "return", "yield", "from", "import", "await", "async", "not", "and", "or", "is", "None",
    "True", "del", "global", "nonlocal", "pass", "x", "print", "_", "é", "1", "0x1f", "1.5", "'s'", "b'b'", "f'",
    "f'{", "f\"\"\"", "'", "\"", "}'", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".", "...", "=", ":=", "==", "!=",
    "!", "->", "+", "-", "*", "**", "@", "\\", "\n", "\n    ", "\n\t", "\n  ", "#", "$", " ", "\\\n", "\u{feff}",
    "\r\n", "\x0c",
];

const SOURCE: &str = r#"
import a.b as c, d
from .e import (f, g as h,)

@deco(1, *a, key=2, **k)
async def fun[T: int, *Ts, **P](a, /, b: int = 1, *args, c, d=2, **kw) -> 'x':
    """Text."""
    global z
    async with a as b, c() as (d, e):
        await x
    async for i, *j in y: yield i
    return

class A(B, metaclass=M):
    x: int = 1
    y = [i for i in range(10) if i if not i]
    def m(self): nonlocal_ = lambda a, *b: (yield)

with (open(a) as f, open(b) as g):
    print(f'{f!r:>{width}} {g=} {{x}}' "tail" rf'\d{1}')

try:
    raise A from b
except* (E, F) as e:
    pass
else:
    x, *y = z = {1: 2, **d}, {*a, 3}
finally:
    del x[1:2, ::3], y.z

match x, y:
    case [1, -2.5, *rest] if rest: pass
    case {"k": v, **others}: pass
    case A.B(c, d=_) as e: pass
    case C(1 | 2, k="v") | D(): pass
    case None | 'text' 'more': pass
    case _: pass

type X[T] = dict[str, T]
while (n := n - 1) > 0 and a is not b: n //= 2; continue
assert x == 0xFF_FF, f"""{
    a['b']
:>10}"""
if a < b <= c: pass
elif not a: pass
else: x = a if b else c
"#;

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

fn feed(source: &str) {
    let _ = parse_module(source);
    let _ = parse_expression(source);
    let _ = parse_interactive(source);
}

#[test]
fn the_whole_source_is_accepted() {
    if let Err(error) = parse_module(SOURCE) {
        panic!("{error}");
    }
}

#[test]
fn truncations_return() {
    for (at, _) in SOURCE.char_indices() {
        feed(&SOURCE[..at]);
        feed(&SOURCE[at..]);
    }
}

#[test]
fn sources_without_a_token_return() {
    for from in (0..SOURCE.len()).filter(|&at| SOURCE.is_char_boundary(at)) {
        for width in 1..4 {
            if let (Some(head), Some(tail)) = (SOURCE.get(..from), SOURCE.get(from + width..)) {
                let _ = parse_module(&format!("{head}{tail}"));
            }
        }
    }
}

#[test]
fn random_tokens_return() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..20_000 {
        let mut source = String::new();
        for _ in 0..1 + dice.roll(24) {
            source += PIECES[dice.roll(PIECES.len())];
            if dice.roll(3) > 0 {
                source.push(' ');
            }
        }
        feed(&source);
    }
}

#[test]
fn random_bytes_return() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for _ in 0..5_000 {
        let bytes: Vec<u8> = (0..dice.roll(60)).map(|_| dice.roll(256) as u8).collect();
        feed(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn random_pieces_in_the_source_return() {
    let mut dice = Dice(0xd1b5_4a32_d192_ed03);
    for _ in 0..1_500 {
        let mut at = dice.roll(SOURCE.len());
        while !SOURCE.is_char_boundary(at) {
            at -= 1;
        }
        let piece = PIECES[dice.roll(PIECES.len())];
        let _ = parse_module(&format!("{}{piece}{}", &SOURCE[..at], &SOURCE[at..]));
    }
}
