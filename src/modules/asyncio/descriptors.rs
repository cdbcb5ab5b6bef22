//! The descriptors that a loop watches, over mio.

use std::collections::BTreeMap;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use parking_lot::Mutex;

use crate::object::Value;

/// The token of the waker; descriptors are tokens of their own.
const WAKER: Token = Token(usize::MAX);

/// What is polled, shared with the thread state that waits without the lock.
pub(super) struct Poller {
    poll: Mutex<Poll>,
    registry: mio::Registry,
    pub waker: Arc<Waker>,
}

impl Poller {
    fn new() -> std::io::Result<Poller> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Arc::new(Waker::new(&registry, WAKER)?);
        Ok(Poller { poll: Mutex::new(poll), registry, waker })
    }

    /// Waits for events: descriptor, whether it can be read, whether it can be written.
    pub fn wait(&self, timeout: Option<Duration>) -> Vec<(RawFd, bool, bool)> {
        let mut events = Events::with_capacity(256);
        // An interruption looks like no events: the loop turns once more.
        let _ = self.poll.lock().poll(&mut events, timeout);
        let found = events.iter().filter(|event| event.token() != WAKER);
        found
            .map(|event| {
                let failed = event.is_error();
                let readable = event.is_readable() || event.is_read_closed() || failed;
                (event.token().0 as RawFd, readable, event.is_writable() || event.is_write_closed() || failed)
            })
            .collect()
    }
}

/// The watched descriptors with their handles.
#[derive(Default)]
pub(super) struct Descriptors {
    poller: Option<Arc<Poller>>,
    watched: BTreeMap<RawFd, (Option<Value>, Option<Value>)>,
}

impl Descriptors {
    pub fn is_empty(&self) -> bool {
        self.watched.is_empty()
    }

    pub fn poller(&self) -> Option<Arc<Poller>> {
        self.poller.clone()
    }

    /// Ends a wait of the poller.
    pub fn wake(&self) {
        if let Some(poller) = &self.poller {
            // A waker that fails has nobody to wake.
            let _ = poller.waker.wake();
        }
    }

    /// The handles of a descriptor for reading and for writing.
    pub fn handles(&self, fd: RawFd) -> (Option<Value>, Option<Value>) {
        self.watched.get(&fd).cloned().unwrap_or_default()
    }

    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.watched.values().flat_map(|(reader, writer)| reader.iter().chain(writer))
    }

    pub fn clear(&mut self) -> Vec<Value> {
        self.poller = None;
        std::mem::take(&mut self.watched)
            .into_values()
            .flat_map(|(reader, writer)| reader.into_iter().chain(writer))
            .collect()
    }

    /// Sets or removes a handle of a descriptor; returns the handle that was there.
    ///
    /// # Errors
    ///
    /// What the OS says.
    pub fn set(&mut self, fd: RawFd, writing: bool, handle: Option<Value>) -> std::io::Result<Option<Value>> {
        let mut pair = self.handles(fd);
        let had = self.watched.contains_key(&fd);
        let old = std::mem::replace(if writing { &mut pair.1 } else { &mut pair.0 }, handle);
        if self.poller.is_none() {
            self.poller = Some(Arc::new(Poller::new()?));
        }
        let Some(poller) = &self.poller else { return Ok(old) };
        let interest = match (pair.0.is_some(), pair.1.is_some()) {
            (true, true) => Some(Interest::READABLE | Interest::WRITABLE),
            (true, false) => Some(Interest::READABLE),
            (false, true) => Some(Interest::WRITABLE),
            (false, false) => None,
        };
        let token = Token(fd as usize);
        match (had, interest) {
            (false, Some(interest)) => poller.registry.register(&mut SourceFd(&fd), token, interest)?,
            (true, Some(interest)) => poller.registry.reregister(&mut SourceFd(&fd), token, interest)?,
            (true, None) => poller.registry.deregister(&mut SourceFd(&fd))?,
            (false, None) => {}
        }
        if interest.is_some() {
            self.watched.insert(fd, pair);
        } else {
            self.watched.remove(&fd);
        }
        Ok(old)
    }
}
