using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;

namespace ConsentRegistry.Domain.Purposes;

/// <summary>One purpose of the vocabulary. It is never renamed, re-parented or removed.</summary>
/// <param name="Purpose">Its name, which says where it stands in the tree.</param>
/// <param name="MarkedLikeness">
/// Whether it was marked as using likeness; see <see cref="Vocabulary.UsesLikeness"/> for whether it does.
/// </param>
/// <param name="Description">What it means, in a sentence for creators.</param>
/// <param name="IntroducedIn">The vocabulary version that introduced it.</param>
public sealed record PurposeDefinition(Purpose Purpose, bool MarkedLikeness, string Description, int IntroducedIn);

/// <summary>
/// The closed, versioned vocabulary of purposes: a forest, and what the rules need to know of it, prepared once.
/// </summary>
public sealed class Vocabulary
{
    /// <summary>Characters of a description, at most.</summary>
    public const int MaxDescriptionLength = 1_000;

    private readonly FrozenDictionary<string, PurposeIndex> byName;
    private readonly Place[] places;
    private readonly (byte[] Name, PurposeIndex Index)[] byBytes;

    /// <summary>A vocabulary of these purposes, in order of registration.</summary>
    /// <exception cref="ArgumentException">
    /// A purpose stands twice or before its parent, versions fall, or there are too many.
    /// </exception>
    public Vocabulary(IEnumerable<PurposeDefinition> purposes)
    {
        Purposes = [.. purposes];
        if (Purposes.Length is 0 or > Limits.Purposes)
            throw new ArgumentException($"A vocabulary has 1 to {Limits.Purposes} purposes.", nameof(purposes));
        Version = Purposes[^1].IntroducedIn;
        var index = new Dictionary<string, PurposeIndex>(StringComparer.Ordinal);
        places = new Place[Purposes.Length];
        for (var i = 0; i < Purposes.Length; i++)
        {
            var purpose = Purposes[i].Purpose;
            if (i > 0 && Purposes[i].IntroducedIn < Purposes[i - 1].IntroducedIn)
                throw new ArgumentException(
                    "Purposes stand in the order in which they were introduced.",
                    nameof(purposes)
                );
            if (purpose.Parent is { } parent && !index.ContainsKey(parent.Name))
                throw new ArgumentException($"'{purpose}' stands before its parent.", nameof(purposes));
            if (!index.TryAdd(purpose.Name, new((byte)i)))
                throw new ArgumentException($"'{purpose}' stands twice.", nameof(purposes));
        }
        byName = index.ToFrozenDictionary(StringComparer.Ordinal);
        byBytes =
        [
            .. index
                .OrderBy(name => name.Key, StringComparer.Ordinal)
                .Select(name => (Encoding.ASCII.GetBytes(name.Key), name.Value)),
        ];
        for (var i = 0; i < Purposes.Length; i++)
            places[i] = PlaceOf(i);
    }

    /// <summary>Version 1: the ten purposes that every registry starts with.</summary>
    public static Vocabulary Initial { get; } =
        new([
            Define("remix", false, "Any AI remix of the video."),
            Define("remix.background", false, "Replacing or restyling the background, nobody's likeness used."),
            Define("remix.meme", true, "Turning a moment of the video into a meme."),
            Define("remix.voice", true, "Using or imitating a voice that is heard in the video."),
            Define("remix.likeness", true, "Using or imitating the face or body of somebody who appears in the video."),
            Define("training", true, "Training of any AI model on the video."),
            Define("training.generative", true, "Training of a model that generates media or text."),
            Define("training.nongenerative", true, "Training of a model that classifies, ranks or detects."),
            Define("grounding", false, "Letting an AI system read the video to answer a question."),
            Define("mining", false, "Extracting facts and statistics from the video by machine."),
        ]);

    /// <summary>Every purpose, in order of registration.</summary>
    public ImmutableArray<PurposeDefinition> Purposes { get; }

    /// <summary>The version: that of the newest purpose. Each registration raises it by one.</summary>
    public int Version { get; }

    /// <summary>The definition at a place.</summary>
    public PurposeDefinition this[PurposeIndex index] => Purposes[index.Value];

    /// <summary>Finds a purpose; false if the vocabulary does not know it.</summary>
    public bool TryFind(Purpose purpose, out PurposeIndex index) => byName.TryGetValue(purpose.Name, out index);

    /// <summary>
    /// Finds a purpose by its name in UTF-8; false if the vocabulary does not know it. Allocates nothing.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> name, out PurposeIndex index)
    {
        var (low, high) = (0, byBytes.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = byBytes[middle].Name.AsSpan().SequenceCompareTo(name);
            if (order == 0)
            {
                index = byBytes[middle].Index;
                return true;
            }
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        index = default;
        return false;
    }

    /// <summary>The name of a purpose, in UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8Name(PurposeIndex purpose) => byBytes[places[purpose.Value].NameRank].Name;

    /// <summary>The place of a purpose that is known to be in the vocabulary.</summary>
    /// <exception cref="KeyNotFoundException">It is not.</exception>
    public PurposeIndex Find(Purpose purpose) => byName[purpose.Name];

    /// <summary>The number of segments of the purpose's name.</summary>
    public int Depth(PurposeIndex purpose) => places[purpose.Value].Depth;

    /// <summary>The version that introduced the purpose.</summary>
    public int IntroducedIn(PurposeIndex purpose) => places[purpose.Value].IntroducedIn;

    /// <summary>Whether the purpose uses likeness: it is marked so, or any purpose below it is.</summary>
    public bool UsesLikeness(PurposeIndex purpose) => places[purpose.Value].UsesLikeness;

    /// <summary>The rank of the purpose's name among all names in ordinal order.</summary>
    public int NameRank(PurposeIndex purpose) => places[purpose.Value].NameRank;

    /// <summary>Every purpose below this one, at any depth.</summary>
    public ref readonly PurposeSet Below(PurposeIndex purpose) => ref places[purpose.Value].Below;

    /// <summary>This purpose and every one above it.</summary>
    public ref readonly PurposeSet AtOrAbove(PurposeIndex purpose) => ref places[purpose.Value].AtOrAbove;

    /// <summary>
    /// This purpose, every one above it and every one below it: what a stop that lists any of them covers (R1).
    /// </summary>
    public ref readonly PurposeSet Related(PurposeIndex purpose) => ref places[purpose.Value].Related;

    /// <summary>
    /// The purposes among <paramref name="among"/> that were introduced after vocabulary version
    /// <paramref name="version"/>.
    /// </summary>
    public PurposeSet IntroducedAfter(int version, in PurposeSet among)
    {
        var newer = PurposeSet.None;
        if (version >= Version)
            return newer;
        foreach (var purpose in among)
        {
            if (IntroducedIn(purpose) > version)
                newer = newer.With(purpose);
        }
        return newer;
    }

    /// <summary>The names of a set, in ordinal order.</summary>
    public ImmutableArray<Purpose> Names(in PurposeSet set)
    {
        if (set.IsEmpty)
            return [];
        var names = ImmutableArray.CreateBuilder<Purpose>();
        foreach (var purpose in set)
            names.Add(this[purpose].Purpose);
        names.Sort();
        return names.DrainToImmutable();
    }

    /// <summary>
    /// The definition with which a purpose enters the vocabulary, one version later; or the standing definition, if the
    /// same purpose was registered before.
    /// </summary>
    /// <returns>
    /// Refusals: <see cref="FailureCode.UnknownPurpose"/> (its parent is), <see cref="FailureCode.PurposeExists"/>,
    /// <see cref="FailureCode.TooMany"/>, <see cref="FailureCode.Invalid"/> (the description).
    /// </returns>
    public Result<PurposeDefinition> Register(Purpose purpose, bool markedLikeness, string description)
    {
        if (!Characters.IsOneTo(MaxDescriptionLength, description))
        {
            return new Failure(
                FailureCode.Invalid,
                $"description has {Characters.Count(description)} characters; send 1 to {MaxDescriptionLength}.",
                "description"
            );
        }
        if (TryFind(purpose, out var standing))
        {
            var existing = this[standing];
            return existing.MarkedLikeness == markedLikeness && existing.Description == description
                ? existing
                : new Failure(
                    FailureCode.PurposeExists,
                    $"'{purpose}' is registered already with another description or likeness, and a purpose never "
                        + "changes; send another name.",
                    "purpose"
                );
        }
        if (purpose.Parent is { } parent && !TryFind(parent, out _))
            return new Failure(
                FailureCode.UnknownPurpose,
                $"The parent is '{parent}', which the vocabulary does not know; register that first.",
                "parent"
            );
        if (Purposes.Length == Limits.Purposes)
            return new Failure(
                FailureCode.TooMany,
                $"The vocabulary holds {Limits.Purposes} purposes, which is the limit; send one of those.",
                "purpose"
            );
        return new PurposeDefinition(purpose, markedLikeness, description, Version + 1);
    }

    private static PurposeDefinition Define(string name, bool likeness, string description) =>
        new(Purpose.Parse(name), likeness, description, IntroducedIn: 1);

    private Place PlaceOf(int at)
    {
        var (self, below, above) = (Purposes[at].Purpose, PurposeSet.None, PurposeSet.None);
        var (rank, likeness) = (0, false);
        for (var i = 0; i < Purposes.Length; i++)
        {
            var other = Purposes[i].Purpose;
            if (other.IsBelow(self))
                below = below.With(new((byte)i));
            if (self.IsAtOrBelow(other))
                above = above.With(new((byte)i));
            if (other.CompareTo(self) < 0)
                rank++;
            likeness |= other.IsAtOrBelow(self) && Purposes[i].MarkedLikeness;
        }
        return new(self.Depth, Purposes[at].IntroducedIn, likeness, rank, below, above);
    }

    private readonly struct Place(
        int depth,
        int introducedIn,
        bool usesLikeness,
        int nameRank,
        PurposeSet below,
        PurposeSet atOrAbove
    )
    {
        public readonly int Depth = depth;
        public readonly int IntroducedIn = introducedIn;
        public readonly bool UsesLikeness = usesLikeness;
        public readonly int NameRank = nameRank;
        public readonly PurposeSet Below = below;
        public readonly PurposeSet AtOrAbove = atOrAbove;
        public readonly PurposeSet Related = below | atOrAbove;
    }
}
