using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>A trace that writes down what it hears.</summary>
internal sealed class TraceRecorder : ITrace
{
    public static bool IsOn => true;

    public List<Decider> Considered { get; } = [];

    public List<(Setting Setting, Standing Standing, Setting? BeatenBy)> Weighed { get; } = [];

    public List<(Grant Grant, bool Answers)> Grants { get; } = [];

    public List<Decision> Answers { get; } = [];

    public void Consider(Decider decider) => Considered.Add(decider);

    public void Weigh(in Setting setting, Standing standing, Setting? beatenBy) =>
        Weighed.Add((setting, standing, beatenBy));

    public void Weigh(in Grant grant, bool answers) => Grants.Add((grant, answers));

    public void Conclude(in Decision answer) => Answers.Add(answer);
}
