//! Any bytes as a setup and operations.
//!
//! The meaning of the bytes is fixed by hand, so that a corpus stays worth
//! what it is: add operations at the end, and change nothing else. Bytes that
//! have run out read as zero.

use super::op::{Op, Text};
use super::reference::largest_record;
use super::setup::{CELLS_LOG2_MAX, CELLS_LOG2_MIN, LOGGERS_MAX, LoggerSetup, Setup, Start};

/// Operations read from one input, at most.
const OPS_MAX: usize = 2000;

/// The setup and the operations that `bytes` stand for.
pub(crate) fn decode(bytes: &[u8]) -> (Setup, Vec<Op>) {
    let mut input = Input { bytes };
    let setup = input.setup();
    let mut ops = Vec::new();
    while !input.bytes.is_empty() && ops.len() < OPS_MAX {
        ops.push(input.op(largest_record(setup.cells())));
    }
    (setup, ops)
}

struct Input<'b> {
    bytes: &'b [u8],
}

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    fn wide(&mut self) -> usize {
        usize::from(self.byte()) << 8 | usize::from(self.byte())
    }

    fn setup(&mut self) -> Setup {
        let shape = self.byte();
        let sizes = CELLS_LOG2_MAX - CELLS_LOG2_MIN + 1;
        let cells_log2 = CELLS_LOG2_MIN + u32::from(shape & 15) % sizes;
        let before = self.byte();
        let start = match shape >> 4 & 3 {
            0 => Start::Zero,
            1 => Start::BeforeLapOverflow(before),
            _ => Start::BeforeOverflow(before),
        };
        let largest = largest_record(1 << cells_log2);
        let count = 1 + usize::from(shape >> 6) % LOGGERS_MAX;
        let loggers = (0..count).map(|_| self.logger(largest)).collect();
        Setup {
            cells_log2,
            start,
            loggers,
        }
    }

    fn logger(&mut self, largest: usize) -> LoggerSetup {
        let flags = self.byte();
        let mut marks = [100; 6];
        if flags & 8 != 0 {
            for mark in &mut marks {
                *mark = 1 + self.byte() % 100;
            }
        }
        LoggerSetup {
            drop_oldest: flags & 1 != 0,
            marks,
            min_level: if flags & 16 != 0 { self.byte() % 25 } else { 0 },
            record_bytes_max: if flags & 32 != 0 {
                self.wide() % (largest + 9)
            } else {
                0
            },
            truncate: flags & 2 == 0,
            retry_limit: [0, 1, 2, u32::MAX][usize::from(flags >> 6)],
            clock: flags & 4 != 0,
        }
    }

    fn level(&mut self) -> u8 {
        1 + self.byte() % 24
    }

    fn tag(&mut self) -> u32 {
        match self.byte() {
            small @ 0..250 => u32::from(small) & !1,
            large => u32::MAX - u32::from(large - 250),
        }
    }

    /// Mostly what fits, at times more; and whole words as often as not.
    fn len(&mut self, largest: usize) -> usize {
        let raw = self.wide();
        let len = (raw >> 2) % (largest + largest / 8 + 2);
        if raw & 1 == 0 { len } else { len & !7 }
    }

    fn text(&mut self, largest: usize) -> Text {
        let shape = self.byte();
        Text {
            chars: self.wide() % (largest / 3 + 2),
            shape,
        }
    }

    fn op(&mut self, largest: usize) -> Op {
        let head = self.byte();
        let (logger, grant) = (head >> 5, head >> 5);
        match head & 31 {
            0..=4 => Op::Push {
                logger,
                level: self.level(),
                len: self.len(largest),
            },
            5..=6 => {
                let (level, tag) = (self.level(), self.tag());
                let lens = [
                    self.len(largest),
                    self.len(largest) / 3,
                    self.len(largest) / 5,
                ];
                Op::PushParts {
                    logger,
                    level,
                    tag,
                    lens,
                }
            }
            7..=8 => {
                let (level, tag) = (self.level(), self.tag());
                Op::PushFmt {
                    logger,
                    level,
                    tag,
                    text: self.text(largest),
                }
            }
            9..=12 => {
                let (level, tag) = (self.level(), self.tag());
                Op::Reserve {
                    logger,
                    level,
                    tag,
                    len: self.len(largest),
                }
            }
            13..=14 => Op::Append {
                grant,
                len: self.len(largest),
            },
            15..=16 => Op::Write {
                grant,
                text: self.text(largest),
            },
            17..=19 => Op::Commit { grant },
            20 => Op::Discard { grant },
            21 => Op::Drop { grant },
            22..=25 => Op::Pop {
                room: self.len(largest),
                whole: head & 32 != 0,
            },
            26 => Op::Pop {
                room: largest,
                whole: false,
            },
            27..=28 => Op::Drain {
                max: self.byte() as usize,
                room: self.len(4 * largest),
            },
            29 => Op::TakeTrailingLoss,
            30 => Op::Stats,
            _ => Op::TakeLosses,
        }
    }
}
