//! Random scenarios, in the proportions that reach the interesting places.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::kit::op::{Op, Text};
use crate::kit::reference::largest_record;
use crate::kit::setup::{CELLS_LOG2_MAX, CELLS_LOG2_MIN, LOGGERS_MAX, LoggerSetup, Setup, Start};

const OPS_MAX: usize = if cfg!(miri) { 60 } else { 300 };

/// A setup and as many operations of every kind as of any other.
pub(crate) fn scenario() -> impl Strategy<Value = (Setup, Vec<Op>)> {
    with_ops(6)
}

/// A setup and operations that mostly offer.
pub(crate) fn filling() -> impl Strategy<Value = (Setup, Vec<Op>)> {
    with_ops(1)
}

fn with_ops(pops: u32) -> impl Strategy<Value = (Setup, Vec<Op>)> {
    setup().prop_flat_map(move |setup| {
        let ops = vec(op(largest_record(setup.cells()), pops), 1..OPS_MAX);
        (Just(setup), ops)
    })
}

fn setup() -> impl Strategy<Value = Setup> {
    (CELLS_LOG2_MIN..=CELLS_LOG2_MAX).prop_flat_map(|cells_log2| {
        let start = prop_oneof![
            Just(Start::Zero),
            any::<u8>().prop_map(Start::BeforeLapOverflow),
            any::<u8>().prop_map(Start::BeforeOverflow),
        ];
        let loggers = vec(logger(largest_record(1 << cells_log2)), 1..=LOGGERS_MAX);
        (start, loggers).prop_map(move |(start, loggers)| Setup {
            cells_log2,
            start,
            loggers,
        })
    })
}

fn logger(largest: usize) -> impl Strategy<Value = LoggerSetup> {
    let mark = || prop_oneof![2 => Just(100), 3 => 1..=100_u8];
    let marks = prop_oneof![
        2 => Just([100; 6]),
        1 => [mark(), mark(), mark(), mark(), mark(), mark()],
    ];
    let record_bytes_max = prop_oneof![3 => Just(0), 1 => 1..largest + 9];
    let min_level = prop_oneof![3 => Just(0), 1 => 1..=24_u8];
    let retry_limit = prop_oneof![Just(0), Just(1), Just(u32::MAX)];
    (
        any::<bool>(),
        marks,
        min_level,
        record_bytes_max,
        any::<bool>(),
        retry_limit,
        any::<bool>(),
    )
        .prop_map(
            |(drop_oldest, marks, min_level, record_bytes_max, truncate, retry_limit, clock)| {
                LoggerSetup {
                    drop_oldest,
                    marks,
                    min_level,
                    record_bytes_max,
                    truncate,
                    retry_limit,
                    clock,
                }
            },
        )
}

/// Lengths where something changes: nothing, the words at a cell's edge, the
/// largest record and beyond.
fn len(largest: usize) -> impl Strategy<Value = usize> {
    let word = size_of::<usize>();
    let cell = 7 * word;
    prop_oneof![
        1 => Just(0),
        3 => 1..=cell,
        3 => 0..=largest,
        2 => (1..=largest / cell + 1, 0..=4 * word)
            .prop_map(move |(cells, less)| (cells * cell).saturating_sub(less)),
        1 => largest.saturating_sub(word)..largest + 2,
        1 => largest..2 * largest,
    ]
}

fn text(largest: usize) -> impl Strategy<Value = Text> {
    (0..largest / 2 + 2, 0..8_u8).prop_map(|(chars, shape)| Text { chars, shape })
}

fn op(largest: usize, pops: u32) -> impl Strategy<Value = Op> {
    let logger = || 0..LOGGERS_MAX as u8;
    let level = || 1..=24_u8;
    let tag = || prop_oneof![Just(0), any::<u32>()];
    let grant = || 0..8_u8;
    let lens = move || (len(largest), len(largest / 3), len(largest / 3));
    let push = (logger(), level(), len(largest)).prop_map(|(logger, level, len)| Op::Push {
        logger,
        level,
        len,
    });
    let parts =
        (logger(), level(), tag(), lens()).prop_map(|(logger, level, tag, lens)| Op::PushParts {
            logger,
            level,
            tag,
            lens: [lens.0, lens.1, lens.2],
        });
    let push_fmt =
        (logger(), level(), tag(), text(largest)).prop_map(|(logger, level, tag, text)| {
            Op::PushFmt {
                logger,
                level,
                tag,
                text,
            }
        });
    let reserve = (logger(), level(), tag(), len(largest)).prop_map(|(logger, level, tag, len)| {
        Op::Reserve {
            logger,
            level,
            tag,
            len,
        }
    });
    let append = (grant(), len(largest)).prop_map(|(grant, len)| Op::Append { grant, len });
    let write = (grant(), text(largest)).prop_map(|(grant, text)| Op::Write { grant, text });
    let drain = (0..20_usize, len(4 * largest)).prop_map(|(max, room)| Op::Drain { max, room });
    prop_oneof![
        8 => push,
        3 => parts,
        3 => push_fmt,
        4 => reserve,
        2 => append,
        2 => write,
        4 => grant().prop_map(|grant| Op::Commit { grant }),
        1 => grant().prop_map(|grant| Op::Discard { grant }),
        1 => grant().prop_map(|grant| Op::Drop { grant }),
        pops => (len(largest), any::<bool>()).prop_map(|(room, whole)| Op::Pop { room, whole }),
        pops => any::<bool>().prop_map(move |whole| Op::Pop { room: largest, whole }),
        pops.div_ceil(3) => drain,
        1 => Just(Op::TakeTrailingLoss),
        1 => Just(Op::TakeLosses),
        2 => Just(Op::Stats),
    ]
}
