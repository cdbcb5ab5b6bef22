//! Which modules are being imported, and by whom.

use std::collections::HashMap;
use std::sync::Arc;

use crate::gil::{ThreadId, WaitQueue};
use crate::object::Vm;

/// A module that is being run for the first time.
pub(crate) struct Load {
    pub owner: ThreadId,
    /// Those who want the module when it is ready.
    pub queue: Arc<WaitQueue>,
}

/// The imports of an interpreter that are under way.
#[derive(Default)]
pub(crate) struct Imports {
    pub loads: HashMap<String, Load>,
    /// Which module a thread waits for.
    pub waiting: HashMap<ThreadId, String>,
}

impl Imports {
    /// Whether a wait of `me` for a module would never end, since whoever imports it waits,
    /// directly or through others, for `me`.
    pub fn would_deadlock(&self, me: ThreadId, name: &str) -> bool {
        let mut name = name;
        // Every step follows another waiting thread, and no thread waits twice.
        for _ in 0..=self.waiting.len() {
            let Some(load) = self.loads.get(name) else { return false };
            if load.owner == me {
                return true;
            }
            match self.waiting.get(&load.owner) {
                Some(next) => name = next,
                None => return false,
            }
        }
        true
    }
}

impl Vm {
    /// The imports that are under way.
    pub(crate) fn imports(&mut self) -> &mut Imports {
        self.interp.extension::<Imports>(&mut self.gil)
    }

    /// Whether the module of that name is being imported now, by any thread.
    pub(crate) fn is_importing(&mut self, name: &str) -> bool {
        self.imports().loads.contains_key(name)
    }

    /// In a forked child: imports of threads that are not there will never end.
    pub(crate) fn forget_imports_of_others(&mut self) {
        let me = self.guard.thread().id();
        let imports = self.imports();
        imports.loads.retain(|_, load| load.owner == me);
        imports.waiting.clear();
    }
}
