using Microsoft.AspNetCore.Components;

namespace ConsentRegistry.Console.Components;

/// <summary>A page about one creator: for themselves, for who acts for them, and to read for auditors.</summary>
public abstract class CreatorPage : RegistryPage
{
    /// <summary>The creator, from the address.</summary>
    [Parameter]
    public string CreatorId { get; set; } = "";

    /// <summary>Whether the person may change anything here. The registry decides it again for each change.</summary>
    protected bool MayChange => Person.MayManage(CreatorId);

    /// <summary>The address of another page of this creator.</summary>
    /// <param name="path">The rest of it, with its first slash; empty for the creator's first page.</param>
    protected string Link(string path = "") => Addresses.OfCreator(CreatorId, path);
}
