using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;

namespace ConsentRegistry.Api.Diagnostics;

/// <summary>
/// Why something outside could not be reached, for the log. It holds kinds and codes, and the words of the network and
/// of TLS, which name addresses. What a request, a statement or an answer said is left out, since it may be secret or
/// name people.
/// </summary>
internal static class ExceptionSummary
{
    /// <summary>An exception and what caused it, from the outside in.</summary>
    public static string Summarize(Exception exception)
    {
        var parts = new List<string>();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            parts.Add(Describe(cause));
        return string.Join(": ", parts);
    }

    private static string Describe(Exception cause) =>
        cause switch
        {
            PostgresException postgres => $"{nameof(PostgresException)} {postgres.SqlState}",
            // Npgsql's own words when it cannot connect, which name the host and the port.
            NpgsqlException { InnerException: SocketException or TimeoutException } connecting => connecting.Message,
            SocketException socket => $"{nameof(SocketException)} {socket.SocketErrorCode}",
            AuthenticationException tls => tls.Message,
            HttpRequestException { StatusCode: { } status } => $"{nameof(HttpRequestException)} {(int)status}",
            HttpRequestException http => $"{nameof(HttpRequestException)} {http.HttpRequestError}",
            _ => cause.GetType().Name,
        };
}
