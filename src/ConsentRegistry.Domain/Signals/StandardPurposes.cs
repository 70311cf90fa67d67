using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Signals;

/// <summary>The purposes of the first vocabulary for which some format has a word.</summary>
internal static class StandardPurposes
{
    public static readonly Purpose Training = Purpose.Parse("training");
    public static readonly Purpose Generative = Purpose.Parse("training.generative");
    public static readonly Purpose Nongenerative = Purpose.Parse("training.nongenerative");

    /// <summary>
    /// What a word for any training speaks of. To deny one kind of training says nothing of training as such.
    /// </summary>
    public static readonly Purpose[] AllTraining = [Training, Generative, Nongenerative];

    public static readonly Purpose Grounding = Purpose.Parse("grounding");
    public static readonly Purpose Mining = Purpose.Parse("mining");
}
