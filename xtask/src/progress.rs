//! What is going on, as numbered lines.

/// Counts the steps of one command.
#[derive(Debug)]
pub(crate) struct Progress {
    done: usize,
    total: usize,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        Self { done: 0, total }
    }

    /// Announces the next step.
    pub(crate) fn step(&mut self, what: &str) {
        self.done += 1;
        println!("[{}/{}] {what} …", self.done, self.total);
    }

    /// Announces the next step, of which nothing is left to do.
    pub(crate) fn unchanged(&mut self, what: &str) {
        self.done += 1;
        println!("[{}/{}] {what}: unchanged", self.done, self.total);
    }
}
