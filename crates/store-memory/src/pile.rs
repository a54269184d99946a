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

    /// Puts a thing before what stands at this place.
    pub(crate) fn insert(&mut self, place: usize, item: T) {
        self.weight += item.weight();
        self.items.insert(place.min(self.items.len()), item);
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

    /// Changes the first thing that is meant. Says whether there is one.
    pub(crate) fn change(
        &mut self,
        is_meant: impl Fn(&T) -> bool,
        change: impl FnOnce(&mut T),
    ) -> bool {
        let Some(item) = self.items.iter_mut().find(|item| is_meant(item)) else { return false };
        self.weight -= item.weight();
        change(item);
        self.weight += item.weight();
        true
    }

    /// Takes the first thing out that is meant.
    pub(crate) fn pull(&mut self, is_meant: impl Fn(&T) -> bool) -> Option<T> {
        let place = self.items.iter().position(is_meant)?;
        self.remove(place)
    }

    /// Takes out what stands at this place.
    pub(crate) fn remove(&mut self, place: usize) -> Option<T> {
        let item = self.items.remove(place)?;
        self.weight -= item.weight();
        Some(item)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
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
