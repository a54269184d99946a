//! What several servers have brought, of which some may be away.

use conversation::StoreError;

pub(crate) struct Together<T> {
    /// What was found so far.
    pub(crate) found: Vec<T>,
    answers: usize,
    failure: Option<StoreError>,
}

impl<T> Default for Together<T> {
    fn default() -> Self {
        Self { found: Vec::new(), answers: 0, failure: None }
    }
}

impl<T> Together<T> {
    /// Adds what one of them said.
    pub(crate) fn add(&mut self, answer: Result<Vec<T>, StoreError>) {
        match answer {
            Ok(found) => {
                self.answers += 1;
                self.found.extend(found);
            }
            Err(error) => self.failure = Some(error),
        }
    }

    /// Whether one of them was away.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// All that was found, or an error if nobody answered. What was found must not be lost over a
    /// server that is away, nor must that one keep the others from being asked again.
    pub(crate) fn into_result(self) -> Result<Vec<T>, StoreError> {
        match self.failure {
            Some(error) if self.answers == 0 => Err(error),
            Some(error) => {
                tracing::debug!(%error, "some partitions could not be asked");
                Ok(self.found)
            }
            None => Ok(self.found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> Result<Vec<u8>, StoreError> {
        Err(StoreError::Unavailable("away".to_owned()))
    }

    #[test]
    fn one_that_is_away_hides_nothing_and_all_of_them_are_an_error() {
        let mut some = Together::default();
        some.add(away());
        some.add(Ok(vec![7]));
        assert!(some.has_failed());
        assert_eq!(some.into_result(), Ok(vec![7]));
        let mut quiet = Together::default();
        quiet.add(away());
        quiet.add(Ok(Vec::new()));
        assert_eq!(quiet.into_result(), Ok(Vec::new()));
        let mut none = Together::default();
        none.add(away());
        assert_eq!(none.into_result(), away());
    }
}
