namespace ConsentRegistry.Soak.Staleness;

/// <summary>What a check asks: may this requester use this video of this creator for this purpose?</summary>
internal readonly record struct Key(string Creator, string Video, string Purpose, string Requester);
