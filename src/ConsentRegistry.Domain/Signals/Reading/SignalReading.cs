using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>Why a text cannot be read. Then it says nothing.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The character of that line, from 1.</param>
/// <param name="What">One sentence for people.</param>
public sealed record Unreadable(int Line, int Column, string What);

/// <summary>What a format says of one purpose.</summary>
/// <param name="Says">What it says.</param>
/// <param name="Conditions">The conditions of an allow.</param>
public readonly record struct SaidOfPurpose(Said Says, Conditions Conditions);

/// <summary>What one format says in a text about one content, to anybody.</summary>
public sealed class SignalReading
{
    private readonly ImmutableArray<Claim> claims;

    internal SignalReading(SignalFormat format, ImmutableArray<Claim> claims) =>
        (Format, this.claims) = (format, claims);

    internal SignalReading(SignalFormat format, Unreadable unreadable)
        : this(format, []) => Unreadable = unreadable;

    /// <summary>The format.</summary>
    public SignalFormat Format { get; }

    /// <summary>Why the text cannot be read; null if it can.</summary>
    public Unreadable? Unreadable { get; }

    /// <summary>What it says of a purpose: the strictest of all its words that speak of it.</summary>
    public SaidOfPurpose this[Purpose purpose]
    {
        get
        {
            var about = claims.Where(claim => claim.Word.Covers(purpose)).ToList();
            return new(
                about.Select(claim => claim.Says).DefaultIfEmpty(Said.Nothing).Max(),
                about.Aggregate(Conditions.None, (all, claim) => all | claim.Conditions)
            );
        }
    }
}

/// <summary>What a format says with one of its words.</summary>
/// <param name="Word">The word.</param>
/// <param name="Says">What it says; never nothing.</param>
/// <param name="Conditions">The conditions of an allow.</param>
internal sealed record Claim(Word Word, Said Says, Conditions Conditions = Conditions.None);
