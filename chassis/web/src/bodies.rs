//! How fast the body of a request must come, and how much of it may.
//!
//! A body of the usual size is read whole before the request takes a place among those that are worked on, so a slow
//! client holds nothing but its connection. Uploads are too large for that: they are handed on while they come, with the
//! same deadline, and have places of their own.

use std::time::Duration;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

/// How fast bodies must come.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a body may take however small it is.
    pub grace: Duration,
    /// Bytes per second that a longer body has to make.
    pub least_rate: u32,
    /// How long a body may take however large it is.
    pub longest: Duration,
}

impl Pace {
    /// What the shop expects of bodies of the usual size.
    pub const DEFAULT: Self =
        Self { grace: Duration::from_secs(10), least_rate: 4 * 1_024, longest: Duration::from_mins(1) };
    /// What the shop expects of uploads.
    pub const UPLOADS: Self =
        Self { grace: Duration::from_secs(20), least_rate: 32 * 1_024, longest: Duration::from_mins(20) };

    fn deadline(self, since: Instant, bytes: u64) -> Instant {
        let earned = Duration::from_secs(bytes / u64::from(self.least_rate.max(1)));
        since + (self.grace + earned).min(self.longest)
    }
}

/// Why a body is not there.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It came too slowly.
    Late,
    /// There is more of it than is read.
    TooLarge,
    /// It broke off, or is no body.
    Broken(PayloadError),
}

/// Reads the body, of at most `limit` bytes, and puts it back whole.
pub(crate) async fn arrive(req: &mut ServiceRequest, limit: u64, pace: Pace) -> Result<(), BodyError> {
    let mut payload = match req.parts_mut().1.take() {
        Payload::None => return Ok(()),
        payload => payload,
    };
    let (since, mut body) = (Instant::now(), BytesMut::new());
    loop {
        let next = timeout_at(pace.deadline(since, body.len() as u64), payload.next()).await;
        let Some(chunk) = next.map_err(|_| BodyError::Late)? else { break };
        let chunk = chunk.map_err(BodyError::Broken)?;
        if (body.len() + chunk.len()) as u64 > limit {
            return Err(BodyError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let whole: Result<Bytes, PayloadError> = Ok(body.freeze());
    req.set_payload(Payload::Stream { payload: Box::pin(stream::iter([whole])) });
    Ok(())
}

/// Lets the body through as it comes, but not more slowly than `pace`.
pub(crate) fn set_minimum_pace(req: &mut ServiceRequest, pace: Pace) {
    let payload = match req.parts_mut().1.take() {
        Payload::None => return,
        payload => payload,
    };
    let since = Instant::now();
    let paced = stream::unfold((payload, 0_u64), move |(mut payload, bytes)| async move {
        match timeout_at(pace.deadline(since, bytes), payload.next()).await {
            Ok(Some(Ok(chunk))) => {
                let bytes = bytes + chunk.len() as u64;
                Some((Ok(chunk), (payload, bytes)))
            }
            Ok(Some(Err(error))) => Some((Err(error), (Payload::None, bytes))),
            Ok(None) => None,
            Err(_) => {
                let late = std::io::Error::new(std::io::ErrorKind::TimedOut, "the body did not arrive in time");
                Some((Err(PayloadError::Io(late)), (Payload::None, bytes)))
            }
        }
    });
    // Readers of forms in parts ask once more after the end.
    req.set_payload(Payload::Stream { payload: Box::pin(paced.fuse()) });
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const FAST: Pace =
        Pace { grace: Duration::from_millis(80), least_rate: 1_000_000, longest: Duration::from_secs(1) };

    fn sending(chunks: Vec<(&'static str, u64)>) -> ServiceRequest {
        let mut req = TestRequest::post().to_srv_request();
        let body = stream::iter(chunks).then(|(chunk, pause)| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Ok(Bytes::from_static(chunk.as_bytes()))
        });
        req.set_payload(Payload::Stream { payload: Box::pin(body) });
        req
    }

    async fn read(mut req: ServiceRequest) -> String {
        let mut whole = String::new();
        let mut payload = req.parts_mut().1.take();
        while let Some(chunk) = payload.next().await {
            whole.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
        whole
    }

    #[actix_web::test]
    async fn a_body_that_comes_in_time_is_there_whole() {
        let mut req = sending(vec![("ke", 0), ("a", 5)]);
        arrive(&mut req, 3, FAST).await.unwrap();
        assert_eq!(read(req).await, "kea");
    }

    #[actix_web::test]
    async fn a_silent_client_and_one_that_drips_are_not_waited_for() {
        let silent = arrive(&mut sending(vec![("k", 0), ("ea", 5_000)]), 9, FAST).await;
        assert!(matches!(silent, Err(BodyError::Late)), "{silent:?}");
        let dripping = arrive(&mut sending(vec![("k", 40); 9]), 9, FAST).await;
        assert!(matches!(dripping, Err(BodyError::Late)), "{dripping:?}");
    }

    #[actix_web::test]
    async fn no_more_is_read_than_is_allowed() {
        let refused = arrive(&mut sending(vec![("kea", 0), ("kea", 0)]), 5, FAST).await;
        assert!(matches!(refused, Err(BodyError::TooLarge)), "{refused:?}");
    }

    #[actix_web::test]
    async fn an_upload_that_has_ended_may_be_asked_again() {
        let mut req = sending(vec![("kea", 0)]);
        set_minimum_pace(&mut req, FAST);
        let mut payload = req.parts_mut().1.take();
        assert_eq!(payload.next().await.unwrap().unwrap(), "kea");
        assert!(payload.next().await.is_none() && payload.next().await.is_none());
    }

    #[actix_web::test]
    async fn an_upload_that_stops_ends_with_an_error() {
        let mut req = sending(vec![("kea", 0), ("kea", 5_000)]);
        set_minimum_pace(&mut req, FAST);
        let mut payload = req.parts_mut().1.take();
        assert_eq!(payload.next().await.unwrap().unwrap(), "kea");
        assert!(matches!(payload.next().await, Some(Err(PayloadError::Io(_)))));
    }
}
