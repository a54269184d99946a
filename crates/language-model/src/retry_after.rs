//! When a vendor wants to be asked again, by the headers of its refusal. A successful response
//! may carry them too, where they mean nothing: this is asked about errors only.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// No vendor is left alone for longer than this, whatever it says.
const LONGEST: Duration = Duration::from_secs(3600);

/// The wait that `retry-after-ms` or `retry-after` asks for, the latter in seconds or as a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let milliseconds = text("retry-after-ms").and_then(|text| duration(text, 1e-3));
    let wait = milliseconds.or_else(|| {
        let text = text(RETRY_AFTER.as_str())?;
        duration(text, 1.0).or_else(|| {
            let date = httpdate::parse_http_date(text).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        })
    })?;
    Some(wait.min(LONGEST))
}

fn duration(text: &str, unit: f64) -> Option<Duration> {
    let seconds = text.parse::<f64>().ok()? * unit;
    (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_header_is_read() {
        let now = httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap();
        for (name, value, expected) in [
            ("retry-after", "2", Some(2000)),
            ("retry-after", "0.5", Some(500)),
            ("retry-after", "0", Some(0)),
            ("retry-after", "Wed, 21 Oct 2015 07:28:07 GMT", Some(7000)),
            ("retry-after", "Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
            ("retry-after", "99999999999999999999999", Some(3_600_000)),
            ("retry-after", "inf", Some(3_600_000)),
            ("retry-after-ms", "120", Some(120)),
            ("retry-after", "-1", None),
            ("retry-after", "NaN", None),
            ("retry-after", "soon", None),
        ] {
            let headers = HeaderMap::from_iter([(
                reqwest::header::HeaderName::from_static(name),
                value.parse().unwrap(),
            )]);
            let expected = expected.map(Duration::from_millis);
            assert_eq!(retry_after(&headers, now), expected, "{name}: {value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
