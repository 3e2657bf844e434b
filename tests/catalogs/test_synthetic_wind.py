"""The wind that never was: what its entry promises."""

import bluecloud_catalogs


def test_thirty_years_of_days_are_the_same_each_time_and_say_that_they_are_synthetic():
    entry = bluecloud_catalogs.open_catalog("environment").wind_daily_synthetic
    wind = entry.read()
    assert dict(wind.sizes) == {"time": 10958, "latitude": 8, "longitude": 15}
    assert wind.attrs["synthetic"] == "true"
    assert wind["wind_speed"].attrs["long_name"].startswith("SYNTHETIC")
    assert entry.read().drop_attrs().identical(wind.drop_attrs())


def test_winter_is_windier_and_storms_stand_far_above_what_is_usual():
    wind = bluecloud_catalogs.open_catalog("environment").wind_daily_synthetic.read()["wind_speed"]
    months = wind.mean(["latitude", "longitude"]).groupby("time.month").mean()
    assert months.sel(month=1) > 1.3 * months.sel(month=7)
    assert 20 < wind.max() < 50
    assert wind.quantile(0.5) < 10
