//! Instructions and stack of calls.

use crate::fw;
use crate::meter::Call;

/// Instructions, then stack.
pub(crate) const PASSES: usize = 2;

#[derive(Clone, Copy, Default)]
pub(crate) struct Figures {
    records: u32,
    /// Instructions of all calls, and of the record that took most.
    sum: u32,
    most: u32,
    stack_bytes: usize,
}

pub(crate) struct Probe {
    clock: fw::Clock,
    nothing: Figures,
}

impl Probe {
    pub(crate) fn new() -> Self {
        Self {
            clock: fw::Clock::start(),
            nothing: Figures::default(),
        }
    }

    /// What a call of nothing costs, which all others are made to contain.
    pub(crate) fn subtract(&mut self, nothing: Figures) {
        self.nothing = nothing;
    }

    pub(crate) fn measure(&self, pass: usize, to: &mut Figures, records: u32, mut call: Call<'_>) {
        if pass == 0 {
            let instructions = self.clock.instructions(|| call.make()) - self.nothing.sum;
            to.records += records;
            to.sum += instructions;
            to.most = to.most.max(instructions.div_ceil(records));
        } else {
            let bytes = fw::stack_bytes(|| call.make()) - self.nothing.stack_bytes;
            to.stack_bytes = to.stack_bytes.max(bytes);
        }
    }
}

impl Figures {
    /// Names and tenths.
    pub(crate) fn lines(&self) -> [(&'static str, u32); 3] {
        let average = (self.sum * 10 + self.records / 2) / self.records;
        [
            ("instructions", average),
            ("instructions at most", self.most * 10),
            ("bytes of stack", self.stack_bytes as u32 * 10),
        ]
    }
}
