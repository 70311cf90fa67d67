namespace ConsentRegistry.Client.AspNetCore;

/// <summary>Says of an endpoint that it runs only with consent, and whether that is ensured.</summary>
internal sealed class ConsentRequirement
{
    /// <summary>Whether the filter that asks is part of the endpoint.</summary>
    public bool IsFiltered { get; set; }

    /// <summary>Whether the endpoint refuses to run without the filter.</summary>
    public bool IsGuarded { get; set; }
}
