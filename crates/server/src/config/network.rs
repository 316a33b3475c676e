//! Networks of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    address: IpAddr,
    /// Leading bits that are the same in all of it.
    bits: u32,
}

/// Why a text is no network.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotANetwork {
    Form,
    /// The address has bits beyond the prefix; this is the network it lies in.
    Bits(Network),
}

impl Network {
    pub(crate) fn parse(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetwork::Form)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits: u32 = bits.map_or(Ok(most), str::parse).map_err(|_| NotANetwork::Form)?;
        if bits > most {
            return Err(NotANetwork::Form);
        }
        let network = Self { address: first_of(address, bits), bits };
        if network.address == address { Ok(network) } else { Err(NotANetwork::Bits(network)) }
    }

    /// Whether it holds every address there is.
    pub(super) fn is_everyone(self) -> bool {
        self.bits == 0
    }

    /// Whether the address lies in it. An IPv4 address in IPv6 clothing is the IPv4 address.
    pub fn contains(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && first_of(address, self.bits) == self.address
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// The address with everything behind the first `bits` cleared.
fn first_of(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("fd00::/8", "fdff::1", true),
            ("::1", "::1", true),
            ("::/0", "2001:db8::1", true),
        ];
        for (network, address, inside) in cases {
            let network = Network::parse(network).unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), inside, "{network} {address}");
        }
    }

    #[test]
    fn no_networks() {
        for text in ["", "ten", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "localhost"] {
            assert_eq!(Network::parse(text), Err(NotANetwork::Form), "{text}");
        }
        let meant = Network::parse("10.0.0.0/8").unwrap();
        assert_eq!(Network::parse("10.1.2.3/8"), Err(NotANetwork::Bits(meant)));
    }
}
