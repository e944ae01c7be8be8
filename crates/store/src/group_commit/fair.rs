//! A bounded queue in which everybody who asks has a lane, and lanes take turns.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Who asks much waits behind their own questions, not others behind theirs.
pub(super) struct FairQueue<K, T> {
    lanes: HashMap<K, VecDeque<T>>,
    /// Lanes that hold something, the next one first.
    turns: VecDeque<K>,
    length: usize,
    length_max: usize,
}

impl<K: Clone + Eq + Hash, T> FairQueue<K, T> {
    pub(super) fn new(length_max: usize) -> Self {
        Self { lanes: HashMap::new(), turns: VecDeque::new(), length: 0, length_max }
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Adds one at the end of its asker's lane. With no room left the newest of the longest lane goes and comes back;
    /// it is the added one itself where no lane is longer than its own.
    pub(super) fn push(&mut self, asker: K, item: T) -> Option<T> {
        let own = self.lanes.get(&asker).map_or(0, VecDeque::len);
        let mut displaced = None;
        if self.length >= self.length_max {
            let longest = self.lanes.iter().max_by_key(|(_, lane)| lane.len());
            let longest = longest.filter(|(_, lane)| lane.len() > own + 1).map(|(asker, _)| asker.clone());
            let Some(longest) = longest else { return Some(item) };
            // Longer than another one's lane, so it does not become empty.
            displaced = self.lanes.get_mut(&longest).and_then(VecDeque::pop_back);
            self.length -= 1;
        }
        if own == 0 {
            self.turns.push_back(asker.clone());
        }
        self.lanes.entry(asker).or_default().push_back(item);
        self.length += 1;
        displaced
    }

    /// Takes up to so many, one of each lane in turn.
    pub(super) fn take(&mut self, count_max: usize) -> Vec<T> {
        let mut taken = Vec::with_capacity(self.length.min(count_max));
        while taken.len() < count_max {
            let Some(asker) = self.turns.pop_front() else { break };
            let Some(lane) = self.lanes.get_mut(&asker) else { continue };
            taken.extend(lane.pop_front());
            if lane.is_empty() {
                self.lanes.remove(&asker);
            } else {
                self.turns.push_back(asker);
            }
        }
        self.length -= taken.len();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_take_turns_and_each_keeps_its_order() {
        let mut queue = FairQueue::new(100);
        for item in ["a1", "a2", "a3", "a4", "b1", "c1", "c2"] {
            assert_eq!(queue.push(item.as_bytes()[0], item), None);
        }
        assert_eq!(queue.take(4), ["a1", "b1", "c1", "a2"]);
        assert_eq!(queue.take(100), ["c2", "a3", "a4"]);
        assert!(queue.take(100).is_empty());
    }

    #[test]
    fn a_full_queue_refuses_whoever_has_most_in_it() {
        let mut queue = FairQueue::new(4);
        for item in ["a1", "a2", "a3", "b1"] {
            assert_eq!(queue.push(item.as_bytes()[0], item), None);
        }
        assert_eq!(queue.push(b'a', "a4"), Some("a4"), "the longest lane itself");
        assert_eq!(queue.push(b'c', "c1"), Some("a3"), "a newcomer displaces the newest of the longest");
        assert_eq!(queue.push(b'd', "d1"), Some("a2"));
        assert_eq!(queue.push(b'e', "e1"), Some("e1"), "all have one");
        assert_eq!(queue.take(9), ["a1", "b1", "c1", "d1"]);
    }

    #[test]
    fn what_was_taken_makes_room() {
        let mut queue = FairQueue::new(2);
        assert_eq!((queue.push(1, 1), queue.push(1, 2), queue.push(1, 3)), (None, None, Some(3)));
        assert_eq!(queue.take(1), [1]);
        assert_eq!((queue.push(1, 4), queue.push(1, 5)), (None, Some(5)));
        assert_eq!(queue.take(9), [2, 4]);
    }
}
