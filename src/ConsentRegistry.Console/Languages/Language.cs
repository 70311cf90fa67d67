using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace ConsentRegistry.Console.Languages;

/// <summary>
/// The languages that pages can have: English, and every one that has a file of texts. How a language writes numbers and
/// months stands in its texts, so that no machine has to know it.
/// </summary>
internal static class Language
{
    /// <summary>What pages have for whoever prefers no language that there is.</summary>
    public const string Default = "en";

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    /// <summary>Every language, the default first.</summary>
    public static IReadOnlyList<CultureInfo> All { get; } = [.. Names().Select(Create)];

    public static void AddLanguages(this IServiceCollection services)
    {
        services.AddSingleton<Texts>();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            options.SupportedCultures = options.SupportedUICultures = [.. All];
            options.DefaultRequestCulture = new(All[0]);
            options.ApplyCurrentCultureToResponseHeaders = true;
            options.RequestCultureProviders =
            [
                new CookieRequestCultureProvider(),
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }

    public static void UseLanguages(this IApplicationBuilder app) => app.UseRequestLocalization();

    /// <summary>Adds the address that a reader chooses a language at.</summary>
    public static void MapLanguages(this IEndpointRouteBuilder routes, Func<string?, string> localOrHome) =>
        routes
            .MapGet(
                "/language/{language}",
                (string language, string? returnUrl, HttpContext context) =>
                {
                    if (All.FirstOrDefault(culture => culture.Name == language) is not { } chosen)
                        return Results.NotFound();
                    context.Response.Cookies.Append(
                        CookieRequestCultureProvider.DefaultCookieName,
                        CookieRequestCultureProvider.MakeCookieValue(new(chosen)),
                        new()
                        {
                            MaxAge = Remembered,
                            HttpOnly = true,
                            Secure = context.Request.IsHttps,
                            SameSite = SameSiteMode.Lax,
                            IsEssential = true,
                        }
                    );
                    return Results.LocalRedirect(localOrHome(returnUrl));
                }
            )
            .AllowAnonymous();

    private static IEnumerable<string> Names()
    {
        var file = $"{typeof(Language).Assembly.GetName().Name}.resources.dll";
        return
        [
            Default,
            .. Directory
                .GetDirectories(AppContext.BaseDirectory)
                .Where(folder => File.Exists(Path.Combine(folder, file)))
                .Select(folder => Path.GetFileName(folder))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static CultureInfo Create(string name)
    {
        var culture = new CultureInfo(name);
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = culture;
            var texts = new Texts();
            culture.NumberFormat.NumberDecimalSeparator = texts["format.decimal"];
            culture.NumberFormat.NumberGroupSeparator = texts["format.group"];
            // .NET has a thirteenth month for calendars that need it.
            culture.DateTimeFormat.MonthNames = [.. texts["format.months"].Split(','), ""];
            culture.DateTimeFormat.MonthGenitiveNames = culture.DateTimeFormat.MonthNames;
            culture.DateTimeFormat.LongDatePattern = texts["format.date"];
            culture.DateTimeFormat.ShortTimePattern = texts["format.time"];
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
        return CultureInfo.ReadOnly(culture);
    }
}
