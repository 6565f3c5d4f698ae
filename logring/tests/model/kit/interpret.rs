//! Runs operations on a ring and on the reference, and compares every answer.

use std::fmt::Write;

use logring::{
    Cause, DrainEnd, Grant, Level, LogRing, Logger, LostTable, NoGrant, Popped, Record, Ring,
    Severity,
};

use super::op::{Op, Text};
use super::reference::{CELL_BYTES, Delivered, Figures, GrantId, Nothing, Offer, Reference};
use super::setup::{LoggerSetup, Setup, set_now};

/// Grants open at once, at most: enough to fill the smallest ring.
const GRANTS_MAX: usize = 4;

/// Runs `ops` on the ring of `setup`.
///
/// # Panics
/// At the first answer that is not the reference's.
pub(crate) fn run(setup: &Setup, ops: &[Op]) {
    match setup.cells_log2 {
        2 => run_in::<4>(setup, ops),
        3 => run_in::<8>(setup, ops),
        4 => run_in::<16>(setup, ops),
        5 => run_in::<32>(setup, ops),
        _ => run_in::<64>(setup, ops),
    }
}

fn run_in<const N: usize>(setup: &Setup, ops: &[Op]) {
    let ring = LogRing::<N>::starting_at(setup.start.position(N));
    let loggers: Vec<_> = setup
        .loggers
        .iter()
        .map(|logger| Logger::new(&ring, logger.config()))
        .collect();
    let mut pair = Pair {
        ring: &ring,
        loggers: loggers.as_slice(),
        setups: &setup.loggers,
        reference: Reference::new(N),
        grants: Vec::new(),
        step: 0,
        now: 0,
    };
    for (step, op) in ops.iter().enumerate() {
        pair.step = step;
        pair.now = set_now(step);
        pair.run(op);
        pair.reference.check_sums();
    }
    pair.finish();
}

/// The ring and its reference.
struct Pair<'r> {
    ring: &'r Ring,
    loggers: &'r [Logger<'r>],
    setups: &'r [LoggerSetup],
    reference: Reference,
    grants: Vec<(Grant<'r>, GrantId)>,
    step: usize,
    now: u64,
}

impl<'r> Pair<'r> {
    fn run(&mut self, op: &Op) {
        match *op {
            Op::Push { .. } | Op::PushParts { .. } | Op::PushFmt { .. } => self.push(op),
            Op::Reserve {
                logger,
                level,
                tag,
                len,
            } => self.reserve(logger, level, tag, len),
            Op::Append { grant, len } => {
                let bytes = self.bytes(len);
                self.with_grant(grant, |reference, grant, id| {
                    assert_eq!(grant.append(&bytes), reference.append(id, &bytes));
                });
            }
            Op::Write { grant, text } => {
                let text = text.to_text();
                self.with_grant(grant, |reference, grant, id| {
                    grant
                        .write_str(&text)
                        .expect("writing to a grant never fails");
                    reference.write(id, &text);
                });
            }
            Op::Commit { grant } => {
                if let Some((grant, id)) = self.take_grant(grant) {
                    assert_eq!(grant.commit(), self.reference.commit(id), "{}", self.step);
                }
            }
            Op::Discard { grant } => {
                if let Some((grant, id)) = self.take_grant(grant) {
                    grant.discard();
                    self.reference.discard(id);
                }
            }
            Op::Drop { grant } => {
                if let Some((grant, id)) = self.take_grant(grant) {
                    drop(grant);
                    self.reference.discard(id);
                }
            }
            Op::Pop { room, whole } => self.pop(room, whole),
            Op::Drain { max, room } => self.drain(max, room),
            Op::TakeTrailingLoss => {
                let told = self.ring.take_trailing_loss();
                assert_eq!(told, self.reference.take_trailing_loss(), "{}", self.step);
            }
            Op::TakeLosses => {
                let losses = self.ring.take_losses();
                let told = self.reference.take_trailing_loss();
                assert_eq!(losses.untold, told, "{}", self.step);
                let figures = self.reference.figures();
                assert_eq!(table(&losses.totals), figures.lost, "{}", self.step);
            }
            Op::Stats => self.stats(),
        }
    }

    /// The operations that offer a whole record.
    fn push(&mut self, op: &Op) {
        match *op {
            Op::Push { logger, level, len } => {
                let (logger, setup) = self.logger(logger);
                let bytes = self.bytes(len);
                let said = logger.push(self.level(level), &bytes);
                let expected = self
                    .reference
                    .push(setup, self.offer(level, 0), &bytes, None);
                assert_eq!(said, expected, "{}: {op:?}", self.step);
            }
            Op::PushParts {
                logger,
                level,
                tag,
                lens,
            } => {
                let (logger, setup) = self.logger(logger);
                let bytes = self.bytes(lens.iter().sum());
                let (first, rest) = bytes.split_at(lens[0]);
                let (second, third) = rest.split_at(lens[1]);
                let said = logger.push_parts(self.level(level), tag, &[first, second, third]);
                let expected = self
                    .reference
                    .push(setup, self.offer(level, tag), &bytes, None);
                assert_eq!(said, expected, "{}: {op:?}", self.step);
            }
            Op::PushFmt {
                logger,
                level,
                tag,
                text,
            } => {
                let (logger, setup) = self.logger(logger);
                let (front, back) = (text.to_text(), Text { shape: 9, ..text }.to_text());
                let said = logger.push_fmt(self.level(level), tag, format_args!("{front}{back}"));
                let offer = self.offer(level, tag);
                let expected = self.reference.push_fmt(setup, offer, [&front, &back]);
                assert_eq!(said, expected, "{}: {op:?}", self.step);
            }
            _ => unreachable!("{op:?} offers no whole record"),
        }
    }

    /// Ends every grant and empties the ring: then every offer was delivered
    /// or is counted as lost, and every loss was told.
    fn finish(&mut self) {
        self.stats();
        for (at, (grant, id)) in std::mem::take(&mut self.grants).into_iter().enumerate() {
            if at % 2 == 0 {
                assert_eq!(grant.commit(), self.reference.commit(id));
            } else {
                drop(grant);
                self.reference.discard(id);
            }
        }
        let room = Ring::DRAIN_OVERHEAD_BYTES + self.ring.record_bytes_max();
        self.drain(usize::MAX, 3 * room);
        let told = self.ring.take_trailing_loss();
        assert_eq!(told, self.reference.take_trailing_loss());
        self.pop(0, true);
        self.stats();
        assert_eq!(self.ring.stats().used_bytes, 0);
        self.reference.check_sums();
    }

    fn logger(&self, index: u8) -> (&'r Logger<'r>, &'r LoggerSetup) {
        let at = index as usize % self.loggers.len();
        (&self.loggers[at], &self.setups[at])
    }

    fn level(&self, level: u8) -> Level {
        Level::new(level).expect("operations have levels of 1 to 24")
    }

    fn offer(&self, level: u8, tag: u32) -> Offer {
        Offer {
            level,
            tag,
            now: self.now,
        }
    }

    /// Bytes that differ from step to step and from place to place.
    fn bytes(&self, len: usize) -> Vec<u8> {
        let first = self.step.wrapping_mul(167);
        (0..len)
            .map(|at| (first + at * 13 + at / 251) as u8)
            .collect()
    }

    fn reserve(&mut self, logger: u8, level: u8, tag: u32, len: usize) {
        if self.grants.len() == GRANTS_MAX {
            return;
        }
        let (logger, setup) = self.logger(logger);
        let said = logger.reserve(self.level(level), tag, len);
        let expected = self.reference.reserve(setup, self.offer(level, tag), len);
        match (said, expected) {
            (Ok(grant), Ok(id)) => {
                assert_eq!(
                    grant.remaining(),
                    self.reference.remaining(id),
                    "{}",
                    self.step
                );
                assert_eq!(
                    grant.truncated(),
                    self.reference.truncated(id),
                    "{}",
                    self.step
                );
                self.grants.push((grant, id));
            }
            (said, expected) => {
                let said: Option<NoGrant> = said.err();
                assert_eq!(said, expected.err(), "{}: reserve", self.step);
            }
        }
    }

    fn with_grant(
        &mut self,
        index: u8,
        change: impl FnOnce(&mut Reference, &mut Grant<'r>, GrantId),
    ) {
        if self.grants.is_empty() {
            return;
        }
        let at = index as usize % self.grants.len();
        let (grant, id) = &mut self.grants[at];
        change(&mut self.reference, grant, *id);
        assert_eq!(
            grant.remaining(),
            self.reference.remaining(*id),
            "{}",
            self.step
        );
        assert_eq!(
            grant.truncated(),
            self.reference.truncated(*id),
            "{}",
            self.step
        );
    }

    fn take_grant(&mut self, index: u8) -> Option<(Grant<'r>, GrantId)> {
        if self.grants.is_empty() {
            return None;
        }
        let at = index as usize % self.grants.len();
        Some(self.grants.swap_remove(at))
    }

    fn pop(&mut self, room: usize, whole: bool) {
        let mut buf = vec![0xA5; room];
        let popped = if whole {
            self.ring.pop_whole(&mut buf)
        } else {
            self.ring.pop(&mut buf)
        };
        let said = match popped {
            Popped::Record(record) => Ok(seen(&record)),
            Popped::Empty => Err(Nothing::Empty),
            Popped::Pending => Err(Nothing::Pending),
            Popped::NoSpace { needed } => Err(Nothing::NoSpace { needed }),
        };
        assert_eq!(
            said,
            self.reference.pop(room, whole),
            "{}: pop into {room}, whole: {whole}",
            self.step
        );
    }

    fn drain(&mut self, max: usize, room: usize) {
        let mut buf = vec![0xA5; room];
        let mut given = Vec::new();
        let said = self
            .ring
            .drain(&mut buf, max, |record| given.push(seen(&record)));
        let end = match said.end {
            DrainEnd::Max => None,
            DrainEnd::Empty => Some(Nothing::Empty),
            DrainEnd::Pending => Some(Nothing::Pending),
            DrainEnd::NoSpace { needed } => Some(Nothing::NoSpace { needed }),
        };
        let expected = self.reference.drain(max, room);
        assert_eq!(said.records, given.len(), "{}: drain", self.step);
        assert_eq!(
            (given, end),
            expected,
            "{}: drain {max} through {room}",
            self.step
        );
    }

    fn stats(&self) {
        let stats = self.ring.stats();
        let said = Figures {
            delivered: stats.delivered,
            lost: table(&stats.lost),
            truncated: stats.truncated,
            resident: stats.resident,
            resident_bytes: stats.resident_bytes,
            is_held_up: stats.oldest_unfinished.is_some(),
            used_bytes: stats.used_bytes,
            high_water_bytes: stats.high_water_bytes,
        };
        assert_eq!(said, self.reference.figures(), "{}: stats", self.step);
        assert_eq!(stats.capacity_bytes % CELL_BYTES, 0);
    }
}

fn table(lost: &LostTable) -> [[u64; Severity::COUNT]; Cause::COUNT] {
    Cause::ALL.map(|cause| Severity::ALL.map(|severity| lost.get(cause, severity)))
}

fn seen(record: &Record<'_>) -> Delivered {
    Delivered {
        bytes: record.bytes.to_vec(),
        level: record.level.get(),
        tag: record.tag,
        timestamp: record.timestamp,
        lost_before: record.lost_before,
        truncated: record.truncated,
        full_len: record.full_len,
    }
}
