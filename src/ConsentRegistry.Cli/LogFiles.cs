using System.Net;

namespace ConsentRegistry.Cli;

/// <summary>Where the files of a log are: those that C2SP tlog-tiles names, and those beside them.</summary>
internal interface ILogFiles : IDisposable
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path from the log's own address on.</param>
    /// <param name="maxBytes">Bytes that it has at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Its bytes; null if there is no such file, or none for this caller.</returns>
    /// <exception cref="LogSourceException">It is longer, or cannot be read.</exception>
    /// <exception cref="HttpRequestException">The server does not give it.</exception>
    Task<byte[]?> ReadAsync(string path, int maxBytes, CancellationToken cancellation);
}

/// <summary>The files of a log that a web server serves: a registry, or any other one.</summary>
internal sealed class ServedLogFiles(Uri url) : ILogFiles
{
    /// <summary>How long an answer may take, all of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // C2SP tlog-tiles lets a log serve its leaves compressed without being asked. The limit counts what comes out.
    private readonly HttpClient http = new(
        new HttpClientHandler { AutomaticDecompression = DecompressionMethods.All },
        disposeHandler: true
    )
    {
        BaseAddress = url.AbsolutePath.EndsWith('/') ? url : new(url.GetLeftPart(UriPartial.Path) + '/'),
        Timeout = Patience,
        MaxResponseContentBufferSize = LogSource.MaxBytes,
    };

    public async Task<byte[]?> ReadAsync(string path, int maxBytes, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
        // Object stores call a file forbidden that is not there, unless the caller may list what is.
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.Gone)
            return null;
        answer.EnsureSuccessStatusCode();
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return bytes.Length <= maxBytes ? bytes : throw LogSourceException.TooLong(path);
    }

    public void Dispose() => http.Dispose();
}

/// <summary>The files of a log in a folder of this machine, as <c>consent mirror</c> writes them.</summary>
internal sealed class LogFolderFiles(string folder) : ILogFiles
{
    public async Task<byte[]?> ReadAsync(string path, int maxBytes, CancellationToken cancellation)
    {
        var file = new FileInfo(Path.Combine(folder, path));
        try
        {
            if (!file.Exists)
                return null;
            return file.Length <= maxBytes
                ? await File.ReadAllBytesAsync(file.FullName, cancellation)
                : throw LogSourceException.TooLong(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogSourceException(e.Message);
        }
    }

    public void Dispose() { }
}
