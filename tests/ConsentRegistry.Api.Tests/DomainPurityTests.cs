using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Tests;

/// <summary>The rules stand alone.</summary>
public sealed class DomainPurityTests
{
    [Fact]
    public void The_domain_refers_to_the_base_library_and_to_nothing_else() =>
        Assert.All(
            typeof(Evaluator).Assembly.GetReferencedAssemblies(),
            assembly =>
            {
                Assert.StartsWith("System.", assembly.Name, StringComparison.Ordinal);
                Assert.DoesNotContain("Data", assembly.Name!, StringComparison.Ordinal);
                Assert.DoesNotContain("Net", assembly.Name!, StringComparison.Ordinal);
            }
        );
}
