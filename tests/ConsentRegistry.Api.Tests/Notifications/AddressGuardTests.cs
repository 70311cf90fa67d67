using System.Net;
using System.Net.Sockets;
using ConsentRegistry.Api.Notifications;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>Where webhooks may be: each row is an address, and whether the public internet has it.</summary>
public sealed class AddressGuardTests
{
    public static readonly TheoryData<string, bool> Addresses = new()
    {
        // This machine.
        { "127.0.0.1", false },
        { "127.8.8.8", false },
        { "::1", false },
        { "::ffff:127.0.0.1", false },
        { "0.0.0.0", false },
        { "::", false },
        { "0.1.2.3", false },
        // Private networks.
        { "10.0.0.1", false },
        { "10.255.255.255", false },
        { "172.16.0.1", false },
        { "172.31.255.255", false },
        { "192.168.0.1", false },
        { "::ffff:10.0.0.1", false },
        { "::ffff:192.168.1.1", false },
        { "fc00::1", false },
        { "fd12:3456::1", false },
        { "fec0::1", false },
        // The link, with what clouds keep there, and carriers' own.
        { "169.254.169.254", false },
        { "169.254.0.1", false },
        { "168.63.129.16", false },
        { "::ffff:168.63.129.16", false },
        { "168.63.129.15", true },
        { "168.63.129.17", true },
        { "::ffff:169.254.169.254", false },
        { "fe80::1", false },
        { "fe80::1%1", false },
        { "100.64.0.1", false },
        { "100.127.255.255", false },
        // Many at once, and nobody.
        { "224.0.0.1", false },
        { "239.255.255.250", false },
        { "255.255.255.255", false },
        { "240.0.0.1", false },
        { "ff02::1", false },
        { "ff0e::1", false },
        // Documentation, measurements, protocols.
        { "192.0.2.1", false },
        { "198.51.100.1", false },
        { "203.0.113.1", false },
        { "198.18.0.1", false },
        { "198.19.255.255", false },
        { "192.0.0.1", false },
        { "192.88.99.1", false },
        { "2001:db8::1", false },
        { "3fff::1", false },
        { "100::1", false },
        { "5f00::1", false },
        // An IPv4 address in other clothes: compatible, NAT64, 6to4, Teredo.
        { "::127.0.0.1", false },
        { "::10.0.0.1", false },
        { "64:ff9b::7f00:1", false },
        { "64:ff9b::a9fe:a9fe", false },
        { "64:ff9b::8.8.8.8", false },
        { "64:ff9b:1::1", false },
        { "2002:7f00:1::", false },
        { "2002:a00:1::1", false },
        { "2001:0:53aa:64c:0:0:80ff:fffe", false },
        { "2001:10::1", false },
        { "2001:20::1", false },
        // The public internet, right beside.
        { "8.8.8.8", true },
        { "1.1.1.1", true },
        { "9.255.255.255", true },
        { "11.0.0.0", true },
        { "100.63.255.255", true },
        { "100.128.0.0", true },
        { "126.255.255.255", true },
        { "128.0.0.1", true },
        { "169.253.255.255", true },
        { "169.255.0.0", true },
        { "172.15.255.255", true },
        { "172.32.0.0", true },
        { "192.167.255.255", true },
        { "192.169.0.0", true },
        { "198.17.255.255", true },
        { "198.20.0.0", true },
        { "223.255.255.255", true },
        { "::ffff:8.8.8.8", true },
        { "2606:4700:4700::1111", true },
        { "2a00:1450:4001:80b::200e", true },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void Only_addresses_of_the_public_internet_are_allowed(string address, bool isPublic) =>
        Assert.Equal(isPublic, Guard(allowLoopback: false).Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    public void Where_loopback_is_allowed_nothing_else_is(string address, bool allowed) =>
        Assert.Equal(allowed, Guard(allowLoopback: true).Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://hooks.example.com/consent?x=1", true)]
    [InlineData("https://hooks.example.com:8443/", true)]
    [InlineData("https://8.8.8.8/", true)]
    [InlineData("https://localhost.example/", true)]
    [InlineData("http://hooks.example.com/", false)]
    [InlineData("http://127.0.0.1/", false)]
    [InlineData("http://localhost/", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("https://127.1/", false)]
    [InlineData("https://2130706433/", false)]
    [InlineData("https://0x7f000001/", false)]
    [InlineData("https://0177.0.0.1/", false)]
    [InlineData("https://[::1]/", false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false)]
    [InlineData("https://[fe80::1%25eth0]/", false)]
    [InlineData("https://10.0.0.1/", false)]
    [InlineData("https://user:secret@hooks.example.com/", false)]
    [InlineData("https://hooks.example.com/#part", false)]
    [InlineData("https:///path", false)]
    [InlineData("//hooks.example.com/", false)]
    [InlineData("/hook", false)]
    [InlineData("ftp://hooks.example.com/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("", false)]
    public void An_address_is_refused_where_it_can_be_seen_at_once(string text, bool allowed) =>
        Assert.Equal(allowed, WebhookUrl.TryParse(text, Guard(allowLoopback: false), out _, out _));

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task A_name_that_leads_to_this_machine_is_not_connected_to(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = new WebhookSender(Guard(allowLoopback: false), NullLogger<WebhookSender>.Instance);

        var attempt = await sender.SendAsync(
            new($"http://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}/"),
            [new byte[32]],
            new(Guid.NewGuid(), "ping", default, "{}"),
            DateTimeOffset.UnixEpoch,
            TestContext.Current.CancellationToken
        );

        Assert.Equal((null, DeliveryError.Unreachable), (attempt.Status, attempt.Error));
        Assert.False(listener.Pending());
    }

    private static AddressGuard Guard(bool allowLoopback) => new(allowLoopback, new(Dns.GetHostAddresses));
}
