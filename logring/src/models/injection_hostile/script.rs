//! Somebody who knows what each access is for, and writes there what the call would
//! have to be careful with.

use crate::layout::geometry::{PAYLOAD_WORDS, WORD_BYTES, record_cells_max};
use crate::layout::state::SIZE_MAX;
use crate::layout::{Extras, Header, Position, State, header};
use crate::ring::exposed::Exposed;
use crate::sync::Kind;
use std::vec::Vec;

/// What a look at a cell's state shows.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Look {
    /// A record of a few bytes.
    Short,
    /// A record of so many cells, with every extra.
    Record(usize),
    /// A record of so many cells that has nothing but bytes, so more than any has.
    Fat(usize),
    /// A record of as many bytes as a state can say.
    Huge,
    /// A record of a level that is none.
    Unsound,
    Pad(usize),
    Continued,
    Open,
    Unused,
}
use Look::{Continued, Fat, Huge, Open, Pad, Record, Short, Unsound, Unused};

impl Look {
    /// The state, and the info word.
    fn words(self, at: Position, cells: usize) -> (usize, usize) {
        let lap = at.lap(cells);
        let extras = Extras::NONE
            .with_timestamp(true)
            .with_tag(true)
            .with_loss(true);
        let (header, cells) = match self {
            Short => (Header::new(9, 8, Extras::NONE, false), 1),
            Unsound => (Header::new(0, 8, Extras::NONE, false), 1),
            Record(cells) => {
                let words = cells * PAYLOAD_WORDS - header::WORDS_MAX;
                (Header::new(9, words * WORD_BYTES, extras, false), cells)
            }
            Fat(cells) => {
                let words = cells * PAYLOAD_WORDS - header::INFO_WORDS;
                let bytes = words * WORD_BYTES;
                (Header::new(9, bytes, Extras::NONE, false), cells)
            }
            Huge => (Header::new(9, header::BYTES_MAX, extras, true), SIZE_MAX),
            Pad(cells) => return (State::pad(lap, cells).word(), 0),
            Continued => return (State::continued(lap).word(), 0),
            Open => return (State::reserved(lap, 1).word(), 0),
            Unused => return (0, 0),
        };
        (State::committed(lap, header, cells).word(), header.info())
    }
}

/// What a load of the head gives.
#[derive(Clone, Copy, Debug)]
enum Head {
    AsItIs,
    /// The ring is full, empty, or has one cell in use.
    Full,
    Empty,
    One,
    /// The head has moved by one each time.
    Creeps,
    /// It is behind the tail, or more than the ring ahead of it.
    Behind,
    Beyond,
}

const HEADS: [Head; 7] = [
    Head::AsItIs,
    Head::Full,
    Head::Empty,
    Head::One,
    Head::Creeps,
    Head::Behind,
    Head::Beyond,
];

/// How somebody answers each access.
#[derive(Clone, Debug)]
pub(super) struct Script {
    cells: usize,
    /// What looks at states show, over and over; if none, what is there.
    looks: Vec<Look>,
    nth: usize,
    /// Whether a walk that comes round finds the next lap, and where it is.
    comes_round: bool,
    walk: Option<Position>,
    head: Head,
    tail_creeps: bool,
    /// Whether the hint says that there is room.
    hint_lies: bool,
    /// Which swaps fail: of the head, of the tail, all others; and how many go well
    /// before.
    lose: usize,
    won: usize,
    /// Whether what made a swap fail is as before at the next access, and what it is.
    undone: bool,
    lost: Option<(usize, usize)>,
    /// Whether `untold` is set, and every other time not.
    untold: usize,
    /// Whether losses go on.
    ledger_grows: bool,
}

/// Each sequence of looks, with so many answers to other accesses.
pub(super) fn all(cells: usize, many: usize) -> impl Iterator<Item = Script> {
    let looks = sequences(cells);
    (0..many * looks.len()).map(move |seed| {
        let looks = looks[seed % looks.len()].clone();
        // Any bits that differ from seed to seed.
        let roll = seed.wrapping_mul(0x9E37_79B1) >> 7;
        Script {
            cells,
            looks,
            nth: 0,
            comes_round: roll >> 14 & 1 == 0,
            walk: None,
            head: HEADS[roll % HEADS.len()],
            tail_creeps: roll >> 3 & 3 == 0,
            hint_lies: roll >> 5 & 1 == 0,
            lose: roll >> 6 & 7,
            won: [0, 0, 2, 16][roll >> 12 & 3],
            undone: roll >> 15 & 1 == 0,
            lost: None,
            untold: roll >> 9 & 3,
            ledger_grows: roll >> 11 & 1 == 0,
        }
    })
}

fn sequences(cells: usize) -> Vec<Vec<Look>> {
    let most = record_cells_max(cells);
    let looks = [
        Short,
        Record(most),
        Record(most + 1),
        Fat(most),
        Huge,
        Unsound,
        Pad(1),
        Pad(most),
        Pad(most + 1),
        Pad(0),
        Continued,
        Open,
        Unused,
    ];
    let mut all = Vec::from([Vec::new()]);
    for one in looks {
        all.push(Vec::from([one]));
        all.extend(looks.map(|two| Vec::from([one, two])));
        // A record that is whole until the last look at it.
        for length in 2..=most {
            let mut whole = Vec::from([Record(length)]);
            whole.resize(length - 1, Continued);
            whole.push(one);
            all.push(whole);
        }
    }
    all
}

impl Script {
    /// Writes what this access is to find.
    pub(super) fn answer(&mut self, ring: &Exposed, word: usize, kind: Kind) {
        if let Some((word, old)) = self.lost.take() {
            ring.set_word(word, old);
        }
        let load = kind == Kind::Load;
        let tail = Position::from_word(ring.word(Exposed::TAIL));
        if let Some(inside) = word.checked_sub(Exposed::CELLS) {
            if load && inside % Exposed::CELL_WORDS == 0 {
                self.show(ring, inside / Exposed::CELL_WORDS, tail);
            }
            return;
        }
        if word == Exposed::TAIL {
            self.walk = None;
        }
        let old = ring.word(word);
        let next = old.wrapping_add(1);
        let new = match word {
            Exposed::HEAD if load => self.head_at(tail, old),
            Exposed::HINT if load && self.hint_lies => ring.word(Exposed::HEAD),
            Exposed::TAIL if load && self.tail_creeps => next,
            Exposed::UNTOLD if load && self.untold > 0 => old ^ usize::from(self.untold == 1) | 1,
            _ if load => match word >= Exposed::LEDGER && self.ledger_grows {
                true => next,
                false => return,
            },
            _ if kind == Kind::Store => return,
            _ if self.won > 0 => {
                self.won -= 1;
                return;
            }
            Exposed::HEAD if self.lose & 1 != 0 => next,
            Exposed::TAIL if self.lose & 2 != 0 => next,
            _ if self.lose & 4 != 0 => next,
            _ => return,
        };
        ring.set_word(word, new);
        self.lost = (self.undone && !load).then_some((word, old));
    }

    fn head_at(&self, tail: Position, old: usize) -> usize {
        let head = match self.head {
            Head::AsItIs => return old,
            Head::Creeps => return old.wrapping_add(1),
            Head::Full => self.cells,
            Head::Empty => 0,
            Head::One => 1,
            Head::Behind => usize::MAX,
            Head::Beyond => self.cells + 1,
        };
        tail.plus(head).word()
    }

    /// Writes the state that the next look is to show, and what belongs to it.
    fn show(&mut self, ring: &Exposed, cell: usize, tail: Position) {
        if self.looks.is_empty() {
            return;
        }
        let look = self.looks[self.nth % self.looks.len()];
        self.nth += 1;
        // The position of that cell which is not older than the tail, or than the last.
        let from = self.walk.unwrap_or(tail);
        let position = from.plus(Position::from_word(cell).since(from) % self.cells);
        self.walk = self.comes_round.then_some(position);
        let (state, info) = look.words(position, self.cells);
        let at = Exposed::CELLS + cell * Exposed::CELL_WORDS;
        ring.set_word(at, state);
        if header::INFO_WORDS != 0 {
            ring.set_word(at + 1, info);
        }
        if let Record(_) = look {
            // A time that is later than any before.
            ring.set_word(at + 1 + header::INFO_WORDS, self.nth);
        }
    }
}
