//! A double-ended queue that knows at any time how much it weighs.

use std::collections::VecDeque;

use crate::weight::Weigh;

/// Things in order, and their weight.
pub(crate) struct Pile<T> {
    items: VecDeque<T>,
    weight: usize,
}

impl<T> Default for Pile<T> {
    fn default() -> Self {
        Self { items: VecDeque::new(), weight: 0 }
    }
}

impl<T: Weigh> Pile<T> {
    pub(crate) fn push_back(&mut self, item: T) {
        self.weight += item.weight();
        self.items.push_back(item);
    }

    pub(crate) fn push_front(&mut self, item: T) {
        self.weight += item.weight();
        self.items.push_front(item);
    }

    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let item = self.items.pop_front()?;
        self.weight -= item.weight();
        Some(item)
    }

    pub(crate) fn pop_back(&mut self) -> Option<T> {
        let item = self.items.pop_back()?;
        self.weight -= item.weight();
        Some(item)
    }

    /// Takes up to `count` things from the front.
    pub(crate) fn take(&mut self, count: usize) -> Vec<T> {
        let taken: Vec<T> = self.items.drain(..count.min(self.items.len())).collect();
        self.weight -= taken.iter().map(Weigh::weight).sum::<usize>();
        taken
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<T> Weigh for Pile<T> {
    fn weight(&self) -> usize {
        self.weight
    }
}
