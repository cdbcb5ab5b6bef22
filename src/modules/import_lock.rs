//! A module is run by one thread, and the others that import it wait.

use std::sync::Arc;

use crate::gil::WaitReason;
use crate::object::{Raised, Vm};
use crate::vm::imports::Load;

impl Vm {
    /// Waits until no other thread is importing the module. Where that would never end, since the other thread waits
    /// for this one, the module is left as it is.
    ///
    /// # Errors
    ///
    /// KeyboardInterrupt, or what a signal handler raises.
    pub(super) fn wait_for_import(&mut self, name: &str) -> Result<(), Raised> {
        let me = self.guard.thread().id();
        loop {
            let imports = self.imports();
            if imports.loads.is_empty() {
                return Ok(());
            }
            let queue = match imports.loads.get(name) {
                Some(load) if load.owner != me => load.queue.clone(),
                _ => return Ok(()),
            };
            if imports.would_deadlock(me, name) {
                return Ok(());
            }
            imports.waiting.insert(me, name.to_owned());
            let outcome = self.wait_in(&queue, WaitReason::Lock, None);
            self.imports().waiting.remove(&me);
            outcome?;
        }
    }

    /// Runs `load` as the only thread that imports the module.
    ///
    /// # Errors
    ///
    /// Those of `load`.
    pub(super) fn as_importer<T>(
        &mut self,
        name: &str,
        load: impl FnOnce(&mut Vm) -> Result<T, Raised>,
    ) -> Result<T, Raised> {
        let owner = self.guard.thread().id();
        let loads = &mut self.imports().loads;
        let is_mine = !loads.contains_key(name);
        if is_mine {
            loads.insert(name.to_owned(), Load { owner, queue: Arc::default() });
        }
        let outcome = load(self);
        if is_mine && let Some(load) = self.imports().loads.remove(name) {
            load.queue.wake_all(&mut self.gil);
        }
        outcome
    }
}
