namespace ConsentRegistry.Domain.Settings;

/// <summary>
/// What a setting says. In order of restrictiveness: deny is more restrictive than ask, ask more than allow.
/// </summary>
/// <remarks>No effect is zero, so that a value nobody set allows nothing.</remarks>
public enum Effect : byte
{
    /// <summary>The use may go ahead, under the conditions of the setting.</summary>
    Allow = 1,

    /// <summary>The use may go ahead only with a grant.</summary>
    Ask,

    /// <summary>The use may not go ahead.</summary>
    Deny,
}

/// <summary>What a creator attaches to an allow or ask; in an answer, an obligation of the requester.</summary>
/// <remarks>
/// Each condition is one bit. Words, tables, slots of memory and written answers derive from this list.
/// A further condition needs room in the slots of memory: the service checks that when it starts.
/// </remarks>
[Flags]
public enum Conditions : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Name the creator.</summary>
    Attribution = 1,

    /// <summary>Label the result as made with AI.</summary>
    LabelAsAi = 2,

    /// <summary>No commercial use.</summary>
    NonCommercial = 4,
}

/// <summary>Which videos a new allow default reaches (R3).</summary>
public enum AppliesTo : byte
{
    /// <summary>Videos published from now on; those that stand are never widened.</summary>
    Future,

    /// <summary>Every video, by the creator's explicit word.</summary>
    All,
}
