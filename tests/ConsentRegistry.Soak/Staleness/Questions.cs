namespace ConsentRegistry.Soak.Staleness;

/// <summary>Draws what is asked.</summary>
internal sealed class Questions(Stage stage)
{
    /// <summary>
    /// One request in so many has checks that want more than memory as it is. Of a batch, one of them sends all the
    /// others the long way too.
    /// </summary>
    private const int RequestsPerDemanding = 4;

    /// <returns>Checks for one request; none if there is nothing to ask about yet.</returns>
    public List<Question> Draw(Random random, int count)
    {
        var isDemanding = random.Next(RequestsPerDemanding) == 0;
        var questions = new List<Question>(count);
        for (var i = 0; i < count; i++)
        {
            if (stage.Draw(random) is not { } subject)
                continue;
            var asked = !isDemanding
                ? Asked.Fast
                : random.Next(3) switch
                {
                    0 => Asked.Strong,
                    1 => Asked.MinVersions,
                    _ => Asked.Fast,
                };
            // Read before the check starts.
            var versions =
                asked == Asked.MinVersions ? subject.Acknowledged.ToDictionary(StringComparer.Ordinal) : null;
            questions.Add(new(subject.Keys[random.Next(subject.Keys.Count)], asked, versions));
        }
        return questions;
    }
}
