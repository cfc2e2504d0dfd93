use plimsoll_math::{
    cascade::{BUCKETS, Forecast, Histogram, Market, forecast, lowest_healthy_price},
    correlation::{Correlations, Part, norm},
    fixed::{PRICE_MAX, WAD},
    loss::{contributions, deviation},
};

use crate::{
    Noise,
    reference::{self, add, div, fixed, mul, sub},
};

/// Amounts and the prices below which they are sold.
fn draw(noise: &mut Noise, top: u128) -> (Vec<(u128, u128)>, Histogram) {
    let mut histogram = Histogram::below(top);
    let sales: Vec<(u128, u128)> = (0..noise.draw() % 40)
        .map(|_| {
            let amount = u128::from(noise.draw() >> (noise.draw() % 40));
            (amount, top / 1_000 * u128::from(noise.draw() % 1_200))
        })
        .collect();
    for (amount, price) in &sales {
        histogram.insert(*amount, *price).unwrap();
    }
    (sales, histogram)
}

#[test]
fn a_histogram_sells_no_later_than_its_positions_and_a_bucket_early_at_most() {
    let mut noise = Noise(20);
    for _ in 0..2_000 {
        let top = u128::from(noise.draw()) << (noise.draw() % 28) | 1 << 20;
        let (sales, histogram) = draw(&mut noise, top);
        for _ in 0..20 {
            let price = top / 1_000 * u128::from(noise.draw() % 1_100);
            let sold = histogram.sold_at(price).unwrap();
            let due = |below: u128| -> u128 {
                sales.iter().filter(|sale| sale.1 > below).map(|sale| sale.0).sum()
            };
            assert!(sold >= due(price));
            // A bucket is a factor of 2^(1/32) = 1.0219; the last one, from 0.2555, reaches to zero.
            if price > top / 100 * 26 && price <= top {
                assert!(sold <= due(price / 1_022 * 1_000), "{price} below {top}");
            }
            assert!(histogram.sold_at(price + price / 50).unwrap() <= sold);
        }
    }
}

/// The price is what the law says of the amount, and the amount what is sold at the price.
#[test]
fn a_forecast_is_a_fix_point() {
    let mut noise = Noise(21);
    let mut grown = 0;
    for _ in 0..3_000 {
        let top = u128::from(noise.draw() % 5_000 + 1) * WAD;
        let (_, histogram) = draw(&mut noise, top);
        let market = Market {
            shocked: top / 100 * u128::from(noise.draw() % 100 + 1),
            scale: 18,
            on_sale: (noise.draw() >> (noise.draw() % 64)).into(),
            depth: u128::from(noise.draw()) << 10 >> (noise.draw() % 20),
            impact_bps: (noise.draw() % 1_024) as u16,
        };
        let Forecast { price, sold, first } = forecast(&histogram, &market).unwrap();
        assert_eq!(first, market.on_sale + histogram.sold_at(market.shocked).unwrap());
        assert_eq!(sold, market.on_sale + histogram.sold_at(price).unwrap());
        assert!(price <= market.shocked && sold >= first);
        grown += usize::from(sold > first);
        if market.depth == 0 {
            continue;
        }
        // Within 2^-20 of p0 exp(-i sqrt(V / D)), and not above.
        let value = mul(&fixed(sold as i128, 0), &fixed(market.shocked as i128, 0));
        let value = div(&value, &fixed(WAD as i128, 0));
        let root = reference::sqrt(&div(&value, &fixed(market.depth as i128, 0)));
        let impact = div(&fixed(market.impact_bps.into(), 0), &fixed(10_000, 0));
        let shocked = fixed(market.shocked as i128, 0);
        let exact = mul(&shocked, &reference::exp(&mul(&root, &impact).neg()));
        let ours = fixed(price as i128, 0);
        assert!(ours <= exact, "{price}");
        let slack = add(&mul(&shocked, &fixed(1, 20)), &fixed(1, 0));
        assert!(ours >= sub(&exact, &slack), "{price} {market:?}");
    }
    assert!(grown > 300);
}

/// Each rung falls to the next bucket: as many rounds as there are buckets.
#[test]
fn the_longest_cascade_ends() {
    let mut histogram = Histogram::below(WAD);
    for n in 0..BUCKETS as u32 {
        histogram.insert(1 << (2 * n), WAD / 1_024 * u128::from(1_010 - 11 * n)).unwrap();
    }
    let market = Market { shocked: WAD, scale: 0, on_sale: 1, depth: 1 << 127, impact_bps: 10_000 };
    let end = forecast(&histogram, &market).unwrap();
    assert_eq!(end.sold, 1 + histogram.sold_at(end.price).unwrap());
}

#[test]
fn a_market_without_depth_or_sales_stands_still() {
    let market = Market { shocked: WAD, scale: 18, ..Market::default() };
    let mut histogram = Histogram::below(WAD);
    assert_eq!(forecast(&histogram, &market), Ok(Forecast { price: WAD, sold: 0, first: 0 }));
    histogram.insert(7, 0).unwrap();
    assert_eq!(histogram.sold_at(0), Ok(0));
    histogram.insert(7, WAD).unwrap();
    let end = forecast(&histogram, &market).unwrap();
    assert_eq!((end.price, end.sold, end.amplification()), (WAD, 7, 10_000));
    assert_eq!(Forecast::default().amplification(), 0);
    assert!(Histogram::below(0).sold_at(5).is_ok());
}

#[test]
fn the_lowest_healthy_price_is_found_to_the_wei() {
    let mut noise = Noise(22);
    for _ in 0..1_000 {
        let limit = u128::from(noise.draw()) << (noise.draw() % 28);
        let healthy = |price| price >= limit;
        assert_eq!(lowest_healthy_price(PRICE_MAX, 0, healthy), Some(limit));
        let step = limit >> (noise.draw() % 64);
        let near = lowest_healthy_price(PRICE_MAX, step, healthy).unwrap();
        assert!(limit <= near && near - limit <= step, "{limit} {step} {near}");
    }
    assert_eq!(lowest_healthy_price(PRICE_MAX, 0, |_| true), Some(0));
    assert_eq!(lowest_healthy_price(PRICE_MAX, 1_000, |_| true), Some(0));
    assert_eq!(lowest_healthy_price(PRICE_MAX, 0, |_| false), None);
    assert_eq!(lowest_healthy_price(PRICE_MAX, 0, |price| price == PRICE_MAX), Some(PRICE_MAX));
    assert_eq!(lowest_healthy_price(0, 0, |_| true), Some(0));
}

/// sigma sqrt(h) of one asset, and of two that share all or nothing.
#[test]
fn deviations_are_hours_of_daily_volatility() {
    let mut noise = Noise(23);
    for _ in 0..20_000 {
        let value = u128::from(noise.draw()) << (noise.draw() % 40);
        let sigma = u128::from(noise.draw() % 16_384);
        let part = Part { asset: 0, weight: value * sigma };
        let norm = norm(&[part], &Correlations::default()).unwrap();
        let ours = fixed(deviation(&norm, value).into(), 32);
        let hours = reference::sqrt(&div(&fixed(1, 0), &fixed(24, 0)));
        let exact = div(&mul(&fixed(sigma as i128, 0), &hours), &fixed(10_000, 0));
        if value > 0 {
            assert!(ours >= exact);
            let slack = add(&mul(&exact, &fixed(1, 32)), &fixed(2, 32));
            assert!(ours <= add(&exact, &slack), "{value} at {sigma}");
        }
    }
    let two = [0, 1].map(|asset| Part { asset, weight: 500_000_000 });
    let at = |code| {
        let table = Correlations::default().with_code(0, 1, code);
        (deviation(&norm(&two, &table).unwrap(), 2_000_000) * 10_000) >> 32
    };
    // 500 bps a day are 102 an hour; the root of two less if nothing is shared.
    assert_eq!((at(0), at(250)), (102, 72));
    assert_eq!(deviation(&norm(&[], &Correlations::default()).unwrap(), 9), 0);
}

#[test]
fn contributions_add_up() {
    let mut noise = Noise(24);
    for _ in 0..2_000 {
        let count = noise.draw() % 17;
        let mut table = Correlations::default();
        for high in 1..16 {
            for low in 0..high {
                table = table.with_code(low, high, (noise.draw() % 251) as u8);
            }
        }
        let parts: Vec<Part> = (0..count as u8)
            .map(|asset| Part { asset, weight: u128::from(noise.draw()) << (noise.draw() % 56) })
            .collect();
        let shares = contributions(&parts, &table).unwrap();
        let sum: u32 = shares.iter().map(|share| u32::from(*share)).sum();
        assert!(count == 0 || (10_000 - 17..=10_000).contains(&sum), "{sum}");
        assert!(shares[count as usize..].iter().all(|share| *share == 0));
    }
    // Two of three: one alone, two alike. 1 / (1 + 4), and half of the rest each.
    let table = Correlations::default().with_code(0, 1, 250).with_code(0, 2, 250);
    let parts = [0, 1, 2].map(|asset| Part { asset, weight: 1_000 });
    assert_eq!(contributions(&parts, &table).unwrap()[..3], [2_000, 4_000, 4_000]);
    assert_eq!(contributions(&[Part::default(); 2], &table), Ok([0; 16]));
}
