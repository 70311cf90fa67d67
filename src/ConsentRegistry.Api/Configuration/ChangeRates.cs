namespace ConsentRegistry.Api.Configuration;

/// <summary>What a change counts against. Nothing that counts against one budget can use up another.</summary>
public enum Budget
{
    /// <summary>Any change, for each caller.</summary>
    Changes,

    /// <summary>Denies, revocations and whatever else can only restrict, for each caller.</summary>
    Restrictions,

    /// <summary>The setting of stops, for each caller and creator.</summary>
    Stops,
}

/// <summary>How many changes a second a caller may make who only manages settings. Others are not limited.</summary>
/// <param name="Changes">Any changes, for each caller.</param>
/// <param name="Restrictions">Changes that can only restrict, for each caller.</param>
/// <param name="Stops">Stops that are set, for each caller and creator.</param>
internal sealed record ChangeRates(int Changes, int Restrictions, int Stops)
{
    public int Of(Budget budget) =>
        budget switch
        {
            Budget.Restrictions => Restrictions,
            Budget.Stops => Stops,
            _ => Changes,
        };
}
