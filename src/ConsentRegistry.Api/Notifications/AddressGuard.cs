using System.Net;
using System.Net.Sockets;

namespace ConsentRegistry.Api.Notifications;

/// <summary>
/// Which addresses a webhook may be at: those of the public internet. A caller who names a webhook must not make this
/// host talk to what only this host can reach.
/// </summary>
/// <param name="allowLoopback">Whether this machine's own addresses are allowed.</param>
/// <param name="names">What resolves names.</param>
internal sealed class AddressGuard(bool allowLoopback, DnsLookup names)
{
    // https://www.iana.org/assignments/iana-ipv4-special-registry: everything there that is not globally reachable, and
    // what leads elsewhere.
    private static readonly IPNetwork[] Refused4 =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // Azure's own service for each virtual machine has an address like any other:
    // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16.
    private static readonly IPAddress CloudsOwn = IPAddress.Parse("168.63.129.16");

    // Of IPv6 only global unicast is public. What wraps an IPv4 address (NAT64, 6to4, Teredo, compatible) stands
    // outside of it or is refused in it.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    // https://www.iana.org/assignments/iana-ipv6-special-registry: protocol assignments with Teredo and ORCHID,
    // documentation, 6to4, AS112.
    private static readonly IPNetwork[] Refused6 =
    [
        .. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20" }.Select(
            IPNetwork.Parse
        ),
    ];

    /// <summary>Whether this machine's own addresses are allowed, and so plain HTTP to them.</summary>
    public bool AllowsLoopback => allowLoopback;

    /// <summary>Whether a webhook may be at the address.</summary>
    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address))
            return allowLoopback;
        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Array.Exists(Refused4, network => network.Contains(address))
                && !address.Equals(CloudsOwn),
            AddressFamily.InterNetworkV6 => Global6.Contains(address)
                && !Array.Exists(Refused6, network => network.Contains(address)),
            _ => false,
        };
    }

    /// <summary>
    /// Opens a connection to a checked address of the name: it is resolved here, and nowhere after, so that it cannot
    /// lead elsewhere than what was looked at. One refused address among several refuses them all.
    /// </summary>
    /// <exception cref="RefusedAddressException">An address is not allowed.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = await names.ResolveAsync(context.DnsEndPoint.Host, cancellation);
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        if (!Array.TrueForAll(addresses, Allows))
            throw new RefusedAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The name of a webhook leads to an address that it may not be at.</summary>
public sealed class RefusedAddressException() : Exception("The address is none of the public internet.");
