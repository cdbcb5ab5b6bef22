//! Cycle collection as the machine runs it.

use crate::object::Vm;

/// Bookkeeping of collections.
#[derive(Default)]
pub(crate) struct GcState {
    /// Young collections since the last full one.
    young_runs: usize,
    /// Objects that survived the last full collection.
    survivors: usize,
    /// Collections, collected objects: young and full.
    pub stats: [(usize, usize); 2],
}

/// A full collection follows this many young ones ...
const YOUNG_PER_FULL: usize = 100;
/// ... once the objects have grown by this share since the last one.
const GROWTH: usize = 4;

impl Vm {
    /// The young generation is full: collects it, now and then everything.
    pub(super) fn collect_young(&mut self) {
        let tracked = self.interp.heap.tracked_count();
        let state = self.interp.extension::<GcState>(&mut self.gil);
        state.young_runs += 1;
        let full = state.young_runs >= YOUNG_PER_FULL && tracked > state.survivors + state.survivors / GROWTH;
        self.collect_garbage(full);
    }

    /// Finds garbage, runs its finalisers, and frees it; tells how many objects were found.
    pub(crate) fn collect_garbage(&mut self, full: bool) -> usize {
        self.collect_from(full, &[])
    }

    /// As `collect_garbage`; finalisers run in the order in which their objects are reached from those with the
    /// given identities.
    pub(crate) fn collect_from(&mut self, full: bool, roots: &[usize]) -> usize {
        if full {
            self.clear_method_cache();
        }
        let mut garbage = self.interp.heap.find_garbage(full);
        if !roots.is_empty() {
            garbage.order_from(roots);
        }
        let count = garbage.len();
        if count > 0 {
            self.interp.heap.clear_weak_references(&garbage);
            // Callbacks find everything as it was.
            self.run_pending();
            let heap = &self.interp.heap;
            let finalizers: Vec<_> =
                garbage.objects().iter().filter(|object| heap.claim_finalizer(object)).cloned().collect();
            let finalized = !finalizers.is_empty();
            for object in finalizers {
                self.run_finalizer(&object);
            }
            let garbage = if finalized { self.interp.heap.drop_resurrected(garbage) } else { garbage };
            let interp = self.interp.clone();
            interp.heap.destroy(garbage);
        }
        let tracked = self.interp.heap.tracked_count();
        let state = self.interp.extension::<GcState>(&mut self.gil);
        let stats = &mut state.stats[usize::from(full)];
        *stats = (stats.0 + 1, stats.1 + count);
        if full {
            state.young_runs = 0;
            state.survivors = tracked;
        }
        count
    }
}
