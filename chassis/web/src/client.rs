//! Which client a request comes from, when proxies may stand between.
//!
//! A forwarding header is believed only from a trusted proxy, and only its right-most hop that is not one: everything
//! further left was written by the client themselves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::http::header::HeaderMap;

/// The networks whose forwarding headers are believed. The machine itself always is.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<(IpAddr, u8)>);

impl TrustedProxies {
    /// Reads networks such as `10.0.0.0/8`, `fd00::/8` or single addresses.
    pub fn parse<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self, NotANetwork> {
        networks.into_iter().map(network).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.0.iter().any(|(base, bits)| prefix(*base, *bits) == prefix(address, *bits))
    }
}

/// The text is neither an address nor a network.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a network such as 10.0.0.0/8")]
pub struct NotANetwork(String);

fn network(text: &str) -> Result<(IpAddr, u8), NotANetwork> {
    let refused = || NotANetwork(text.to_owned());
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.trim().parse().map_err(|_| refused())?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Ok(most), |bits| bits.trim().parse().map_err(|_| refused()))?;
    if bits <= most { Ok((address, bits)) } else { Err(refused()) }
}

/// The network of `bits` bits around the address; two families never meet.
fn prefix(address: IpAddr, bits: u8) -> (bool, u128) {
    match address {
        IpAddr::V4(v4) => (true, u128::from(u32::from(v4).checked_shr(32 - u32::from(bits.min(32))).unwrap_or(0))),
        IpAddr::V6(v6) => (false, u128::from(v6).checked_shr(128 - u32::from(bits.min(128))).unwrap_or(0)),
    }
}

/// Whom a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client {
    /// The address closest to the person that can be believed.
    pub(crate) address: IpAddr,
    /// Whether the request came through a proxy.
    pub(crate) forwarded: bool,
    /// Whether the sender claims to forward the request but is not trusted.
    pub(crate) untrusted: bool,
}

impl Client {
    /// Looks behind trusted proxies.
    pub(crate) fn of(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &TrustedProxies) -> Self {
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.to_canonical());
        let hops: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .flat_map(|list| list.split(','))
            .map(str::trim)
            .collect();
        let mut address = peer;
        for hop in hops.iter().rev() {
            if !trusted.contain(address) {
                break;
            }
            let Some(next) = hop_address(hop) else { break };
            address = next;
        }
        let forwarded = !hops.is_empty() || headers.contains_key("forwarded");
        Self { address, forwarded, untrusted: forwarded && !trusted.contain(peer) }
    }

    /// Whether a program on this machine asks, without a proxy between.
    pub(crate) fn is_local(self) -> bool {
        self.address.is_loopback() && !self.forwarded
    }

    /// What limits count by: the address, or the network of one IPv6 subscriber.
    pub(crate) fn network(self) -> IpAddr {
        network_of(self.address)
    }
}

/// The address, or the network of one IPv6 subscriber.
pub(crate) fn network_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX))),
    }
}

/// An address as proxies write it, perhaps with a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').split(']').next().unwrap_or(hop);
    let address: Option<IpAddr> = bare.parse().ok();
    address.or_else(|| hop.rsplit_once(':').and_then(|(host, _)| host.parse().ok())).map(|found| found.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn client(peer: &str, forwarded_for: Option<&str>) -> String {
        let trusted = TrustedProxies::parse(["10.0.0.0/8", "fd00::/8"]).unwrap();
        let header = forwarded_for.map(|value| HeaderValue::from_str(value).unwrap());
        let headers = header.into_iter().map(|value| (HeaderName::from_static("x-forwarded-for"), value)).collect();
        Client::of(peer.parse().ok(), &headers, &trusted).address.to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let table = [
            ("203.0.113.9", None, "203.0.113.9"),
            ("203.0.113.9", Some("1.2.3.4"), "203.0.113.9"),
            ("10.1.1.1", Some("1.2.3.4"), "1.2.3.4"),
            ("10.1.1.1", Some("6.6.6.6, 1.2.3.4"), "1.2.3.4"),
            ("10.1.1.1", Some("6.6.6.6, 1.2.3.4, 10.2.2.2"), "1.2.3.4"),
            ("10.1.1.1", Some("1.2.3.4:5555"), "1.2.3.4"),
            ("10.1.1.1", Some("[2001:db8::7]:443"), "2001:db8::7"),
            ("10.1.1.1", Some("nonsense"), "10.1.1.1"),
            ("10.1.1.1", Some("6.6.6.6, nonsense"), "10.1.1.1"),
            ("127.0.0.1", Some("1.2.3.4"), "1.2.3.4"),
            ("::ffff:10.1.1.1", Some("1.2.3.4"), "1.2.3.4"),
            ("fd00::1", Some("1.2.3.4"), "1.2.3.4"),
            ("11.1.1.1", Some("1.2.3.4"), "11.1.1.1"),
        ];
        for (peer, header, expected) in table {
            assert_eq!(client(peer, header), expected, "peer {peer}, header {header:?}");
        }
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one_client() {
        let of =
            |address: &str| Client { address: address.parse().unwrap(), forwarded: false, untrusted: false }.network();
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in ["", "10.0.0.0/33", "10.0.0", "fd00::/129", "10.0.0.0/x"] {
            assert!(TrustedProxies::parse([wrong]).is_err(), "{wrong:?} was read as a network");
        }
    }
}
