using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>A log of leaves that mean nothing, and its files.</summary>
internal sealed class MadeLog
{
    public const string Origin = "log.example/consent";

    // Logs of one seed have the same keys.
    private static readonly ECParameters TokenKey = DrawTokenKey();

    private readonly List<byte[]> leaves = [];
    private readonly NoteSigner signer;
    private readonly int? differing;

    /// <param name="seed">What its key is made of.</param>
    /// <param name="differing">The leaf that is another one than in other logs.</param>
    public MadeLog(byte seed, int? differing = null)
    {
        byte[] private32 = [seed, .. Enumerable.Repeat((byte)3, 31)];
        this.differing = differing;
        signer = new(Origin, Exports.Ed25519.ImportPrivateKey(private32));
        Keys = KeySet.Create(private32, TokenKey, Exports.Ed25519).Value.Public(Origin);
    }

    private static ECParameters DrawTokenKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportParameters(includePrivateParameters: true);
    }

    /// <summary>The verifier key.</summary>
    public string Key => signer.Key(NoteKeyType.Ed25519).ToString();

    /// <summary>The key set.</summary>
    public string Keys { get; }

    /// <summary>How many leaves the checkpoint that is shown covers.</summary>
    public int Size { get; private set; }

    /// <summary>Shows so many leaves from now on.</summary>
    public MadeLog GrowTo(int size)
    {
        for (var index = leaves.Count; index < size; index++)
            leaves.Add(
                Encoding.ASCII.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{(index == differing ? "LEAF" : "leaf")} {index}")
                )
            );
        Size = size;
        return this;
    }

    /// <summary>The text of the checkpoint over the first leaves.</summary>
    public string Text(int size) => new Checkpoint(Origin, size, Root(0, size)).ToString();

    /// <summary>The signed checkpoint over the first leaves.</summary>
    public string Checkpoint(int size) => SignedNote.Sign(Text(size), [signer]).ToString();

    /// <summary>A file of the log by its path from its address on; null if there is none.</summary>
    public byte[]? FileOf(string path)
    {
        if (path == "checkpoint")
            return Encoding.UTF8.GetBytes(Checkpoint(Size));
        if (path == "keys")
            return Encoding.UTF8.GetBytes(Keys);
        if (
            path.Split('/', 3) is not ["tile", var kind, var place]
            || !TileId.TryParsePath(place, out var index, out var width)
        )
            return null;
        var level = kind == EntryBundle.Folder ? 0 : int.Parse(kind, CultureInfo.InvariantCulture);
        if (new TileId(level, index).WidthIn(Size) < width)
            return null;
        var first = (int)index * TileId.Width;
        if (kind != EntryBundle.Folder)
            return
            [
                .. Enumerable.Range(first, width).SelectMany(at => Root(at << (8 * level), (at + 1) << (8 * level))),
            ];
        var bundle = new ArrayBufferWriter<byte>();
        foreach (var leaf in leaves.Skip(first).Take(width))
            EntryBundle.Append(bundle, leaf);
        return bundle.WrittenSpan.ToArray();
    }

    private byte[] Root(int first, int end)
    {
        if (end - first == 1)
            return MerkleTree.LeafHash(leaves[first]);
        var tree = new TreeBuilder();
        foreach (var leaf in leaves.Skip(first).Take(end - first))
            tree.Append(MerkleTree.LeafHash(leaf));
        return tree.Root();
    }
}

/// <summary>
/// A log on a free port of the loopback interface, with the paths of a registry. A test may answer in its place.
/// </summary>
internal sealed class ServedLog : IAsyncDisposable
{
    private readonly WebApplication server = LoopbackServer.Build();

    private ServedLog(MadeLog log)
    {
        Log = log;
        server.Run(ServeAsync);
    }

    /// <summary>What it serves.</summary>
    public MadeLog Log { get; }

    /// <summary>Answers in place of the log; false to let it answer.</summary>
    public Func<string, HttpContext, Task<bool>> Instead { get; set; } = Nothing;

    /// <summary>The paths that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Where it is.</summary>
    public string Url => LoopbackServer.UrlOf(server);

    public static async Task<ServedLog> StartAsync(MadeLog log)
    {
        var served = new ServedLog(log);
        await served.server.StartAsync(TestContext.Current.CancellationToken);
        return served;
    }

    /// <summary>Lets the log answer everything.</summary>
    public static Task<bool> Nothing(string path, HttpContext http) => Task.FromResult(false);

    /// <summary>Serves a file in place of the log's.</summary>
    public void Serve(string path, Func<byte[]> file) =>
        Instead = async (asked, http) =>
        {
            if (asked != path)
                return false;
            await http.Response.Body.WriteAsync(file(), http.RequestAborted);
            return true;
        };

    /// <summary>Serves all files of another log in place of this one's.</summary>
    public void Serve(MadeLog other) =>
        Instead = async (asked, http) =>
        {
            await http.Response.Body.WriteAsync(other.FileOf(asked) ?? [], http.RequestAborted);
            return true;
        };

    /// <summary>Refuses a path, or all of them if it is null.</summary>
    public void Refuse(string? path, int status) =>
        Instead = (asked, http) =>
        {
            var isRefused = path is null || asked == path;
            if (isRefused)
                http.Response.StatusCode = status;
            return Task.FromResult(isRefused);
        };

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        path =
            path == "/v1/log/keys" ? "keys"
            : path.StartsWith("/log/", StringComparison.Ordinal) ? path["/log/".Length..]
            : "";
        Asked.Enqueue(path);
        if (await Instead(path, http))
            return;
        if (Log.FileOf(path) is { } file)
            await http.Response.Body.WriteAsync(file, http.RequestAborted);
        else
            http.Response.StatusCode = 404;
    }
}
